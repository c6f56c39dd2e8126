"""``ticketlab up``: both servers, from the first look at the data folder to the last process gone."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ..secret import masked_address
from ..seeds import Seed
from .folder import DataFolder
from .options import PairOptions
from .pair import Pair, authority_of
from .server import Hear, Watch
from .stopping import SIGNALS, stopping_on

SECONDS_BETWEEN_LOOKS = 0.2


@dataclass(frozen=True)
class Ready:
    """A pair that answers: what ``up`` tells about it."""

    options: PairOptions
    emulator: str
    connector: str
    moved_from: str = ""
    """Where the tenant was at the last start, when that was elsewhere."""
    tls: str = ""
    """Where the instance answers over https as well."""
    kept_seed: str = ""
    """What the data was born with, when that is not what was asked for now."""

    @property
    def database(self) -> str:
        """The PostgreSQL database, its password masked; empty for files in the data folder."""
        return self.options.database and masked_address(self.options.database)

    @property
    def authority(self) -> str:
        """The file that clients of the https listener have to trust."""
        return str(authority_of(self.options.data)) if self.tls else ""

    @property
    def facts(self) -> dict[str, str]:
        return {
            "emulator": self.emulator,
            "connector": self.connector,
            "instance": self.options.instance,
            "tenant": self.options.tenant,
            "data": str(self.options.data),
            "database": self.database,
            "tls": self.tls,
            "tls_ca": self.authority,
        }


Prepare = Callable[[Ready], None]
"""Done once both answer, before the pair is announced: the connected seed."""


def up(
    options: PairOptions,
    *,
    fresh: bool,
    prepare: Prepare | None,
    announce: Callable[[Ready], None],
    hear: Hear,
    watch: Watch | None = None,
) -> None:
    """Run a pair until a signal stops it. Raises RefusedToStart, or ServerStopped when a server ends by itself."""
    with stopping_on(SIGNALS) as stop, DataFolder(options.data) as folder:
        if fresh:
            folder.remove_databases()
            remove_schemas_of(options)
        options = replace(options, data=folder.path)
        born = {} if fresh or not (options.database or folder.has_databases) else folder.last_run()
        lines = _HeldBack(hear)
        with Pair(options, lines.hear, watch) as pair:
            pair.start(folder.kept_open)
            if not pair.wait_until_ready(stop):
                return
            lines.release()
            ready = _remembered(folder, pair, born)
            if prepare is not None:
                prepare(ready)
            announce(ready)
            while not stop.wait(SECONDS_BETWEEN_LOOKS):
                pair.check()


class _HeldBack:
    """Keeps what the servers write until both answer, so that a refusal stands alone in its one line."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self._held: list[tuple[str, str]] | None = []

    def hear(self, server: str, line: str) -> None:
        if self._held is None:
            self._hear(server, line)
        else:
            self._held.append((server, line))

    def release(self) -> None:
        held, self._held = self._held or [], None
        for server, line in held:
            self._hear(server, line)


def _remembered(folder: DataFolder, pair: Pair, born: Mapping[str, str]) -> Ready:
    """``born`` is what the last start on the same data left behind; empty for new data."""
    before = folder.last_run().get("connector", "")
    ready = Ready(pair.options, pair.emulator.url, pair.connector.url, tls=pair.tls_url)
    wanted = _seed_facts(pair.options.seed)
    seed = {name: born.get(name, "") for name in wanted} if born else wanted
    folder.remember_run({**ready.facts, **seed})
    return replace(
        ready,
        moved_from=before if before != ready.connector else "",
        kept_seed="" if _is_one(seed, wanted) else seed["seed"],
    )


def _is_one(seed: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two are the same file's content, wherever it lies, or else have one name."""
    return (seed["seed_digest"] or seed["seed"]) == (other["seed_digest"] or other["seed"])


def _seed_facts(text: str) -> dict[str, str]:
    """A file is known by what it holds: whoever changes it and starts again would wonder where the changes are."""
    file = Seed.read(text).file
    return {"seed": text, "seed_digest": hashlib.sha256(file.read_bytes()).hexdigest() if file else ""}


def remove_schemas_of(options: PairOptions) -> None:
    """Remove what a pair keeps in PostgreSQL, if that is where it keeps it. Raises RefusedToStart."""
    if options.database:
        from ..postgresql import remove_schemas  # brings SQLAlchemy along, which a supervisor does without

        remove_schemas(options.database, options.database_schema)

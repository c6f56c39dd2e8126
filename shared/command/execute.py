"""``ticketlab exec -- CMD``: a program with a fresh pair of its own."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from ..errors import RefusedToStart
from ..ids import Ids
from .folder import LOCK, DataFolder
from .options import PairOptions
from .pair import Pair
from .server import SECONDS_TO_STOP
from .stopping import SIGNALS, Stop, stopping_on
from .up import Ready, remove_schemas_of

OWN_PREFIX = "exec_"
"""Of a pair's schemas in PostgreSQL, before what tells it from others."""
FOLDER = "ticketlab-exec-"
"""Of its data folder, likewise."""


@contextmanager
def own_pair(options: PairOptions, stop: Stop | None = None) -> Iterator[Pair]:
    """A pair on free ports whose data is gone afterwards. ``stop`` ends the wait for it as Ctrl-C would."""
    if options.database:
        options = replace(options, database_schema=OWN_PREFIX + Ids().transaction_id())
    _remove_left_folders()
    with (
        tempfile.TemporaryDirectory(prefix=FOLDER) as data,
        DataFolder(Path(data)) as folder,
        _own_schemas(options),
        Pair(options.on_free_ports(Path(data))) as pair,
    ):
        pair.start(folder.kept_open)
        if not pair.wait_until_ready(stop):
            raise KeyboardInterrupt
        if options.seed == "connected":
            from .connected_seed import connect_and_fill

            connect_and_fill(Ready(pair.options, pair.emulator.url, pair.connector.url), lambda _step: None)
        yield pair


def _remove_left_folders() -> None:
    """Those of earlier pairs whose command was killed, and whose servers are gone: databases that nobody has locked."""
    for left in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with suppress(OSError), (left / LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if any(left.glob("*.db")):  # one without is only being made
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _own_schemas(options: PairOptions) -> Iterator[None]:
    """They are gone afterwards, and so are those of earlier pairs whose command was killed and could not do that."""
    if not options.database:
        yield
        return
    from ..postgresql import owning, remove_orphans  # brings SQLAlchemy along, which files do without

    with owning(options.database, options.database_schema):
        remove_orphans(options.database, f"{OWN_PREFIX}[0-9a-f]+")
        try:
            yield
        finally:
            remove_schemas_of(options)


def execute(command: Sequence[str], options: PairOptions) -> int:
    """Run ``command`` with the pair's addresses in its environment; returns its exit code.

    Signals go to the command, which is in the terminal's foreground as well; the pair ends after it.
    """
    if shutil.which(command[0]) is None:
        raise RefusedToStart(f"{command[0]} cannot be run", "There is no such program.")
    with stopping_on(SIGNALS) as stop, own_pair(options, stop) as pair:
        environment = {**os.environ, **pair.environment}
        with subprocess.Popen(list(command), env=environment) as program:  # noqa: S603 - the user's own command
            while program.poll() is None and not stop.wait(0.05):
                pass
            _end(program)
        return program.returncode if program.returncode >= 0 else 128 - program.returncode


def _end(program: "subprocess.Popen[bytes]") -> None:
    """Let an interrupted program clean up, and end it when that takes too long."""
    if program.poll() is None:
        program.terminate()
        try:
            program.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            program.kill()

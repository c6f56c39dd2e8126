"""Real servers for tests: the processes that ``ticketlab up`` starts, on free ports, with data of their own.

``pair``             an instance and a tenant, put back to their seed before the test; shared by the tests of a worker
``instance_server``  start an instance alone: ``instance_server(release="kingston")``
``tenant_server``    start a tenant alone: ``tenant_server(instances="dev00001=http://127.0.0.1:1")``

``data``             a data folder as a first start leaves it, for a test that starts servers itself

A failing test's report shows what its servers wrote.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from patience import HANGING
from ticketlab.shared.command.options import PairOptions
from ticketlab.shared.command.pair import Pair
from ticketlab.shared.command.ports import Port
from ticketlab.shared.command.server import Server, wait_for


@dataclass(frozen=True)
class RunningPair:
    """Where the two servers are, and how to speak to their labs."""

    emulator_url: str
    connector_url: str
    pair: Pair

    @property
    def environment(self) -> dict[str, str]:
        return dict(self.pair.environment)

    @property
    def addresses(self) -> dict[str, str]:
        """What ``ticketlab`` needs to find the pair."""
        return {"TICKETLAB_EMULATOR_URL": self.emulator_url, "TICKETLAB_CONNECTOR_URL": self.connector_url}

    def lab(self, url: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """POST to a lab: ``pair.lab(pair.emulator_url, "clock", {"advance": 60})``."""
        answer = requests.post(f"{url}/lab/{path}", json=body or {}, timeout=HANGING)
        assert answer.ok, answer.text
        return answer.json()

    def reset(self) -> None:
        for url in (self.emulator_url, self.connector_url):
            self.lab(url, "reset")

    def advance(self, seconds: float) -> None:
        """Move both clocks."""
        for url in (self.emulator_url, self.connector_url):
            self.lab(url, "clock", {"advance": seconds})


@contextmanager
def pair_on(folder: Path) -> Iterator[RunningPair]:
    """A pair on free ports and this data folder; what its servers wrote is told when it does not start."""
    with Pair(PairOptions().on_free_ports(folder)) as pair:
        pair.start()
        try:
            pair.wait_until_ready(seconds=HANGING)
        except Exception as error:
            error.add_note(f"{written_by(pair.emulator)}\n{written_by(pair.connector)}")
            raise
        yield RunningPair(pair.emulator.url, pair.connector.url, pair)


@pytest.fixture(scope="session")
def running_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPair]:
    with pair_on(tmp_path_factory.mktemp("pair")) as pair:
        yield pair


@pytest.fixture
def pair(running_pair: RunningPair) -> RunningPair:
    running_pair.reset()
    return running_pair


@pytest.fixture(scope="session")
def seeded_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as a first start leaves it."""
    folder = tmp_path_factory.mktemp("seeded")
    with Pair(PairOptions().on_free_ports(folder)) as pair:
        pair.start()
        pair.wait_until_ready(seconds=HANGING)
    return folder


@pytest.fixture
def data(seeded_data: Path, tmp_path: Path) -> Path:
    """A seeded data folder of the test's own: a start on it is a second one, which is quick."""
    return Path(shutil.copytree(seeded_data, tmp_path / "data"))


StartServer = Callable[..., Server]


@pytest.fixture
def instance_server(tmp_path: Path) -> Iterator[StartServer]:
    yield from _one_server("emulator", tmp_path)


@pytest.fixture
def tenant_server(tmp_path: Path) -> Iterator[StartServer]:
    yield from _one_server("connector", tmp_path)


def _one_server(app: str, tmp_path: Path) -> Iterator[StartServer]:
    """Start servers of one kind; each setting ``name=value`` becomes ``TICKETLAB_NAME``. ``url`` is where it is."""
    started: list[Server] = []

    def _start(*, port: int = 0, **settings: object) -> Server:
        reserved = Port("127.0.0.1", port)
        own = "TICKETLAB_EMULATOR_URL" if app == "emulator" else "TICKETLAB_CONNECTOR_URL"
        environment = {
            "TICKETLAB_DATA": str(tmp_path / f"{app}{len(started)}"),
            own: reserved.url,
            **{f"TICKETLAB_{name.upper()}": str(value) for name, value in settings.items()},
        }
        server = Server(app, reserved, environment)
        started.append(server)
        server.start()
        try:
            wait_for((server,), seconds=HANGING)
        except Exception as error:
            error.add_note(written_by(server))
            raise
        return server

    yield _start
    for server in started:
        server.stop()


def written_by(server: Server) -> str:
    lines = "\n".join(server.last_lines) or "(nothing)"
    return f"--- the {server.app} wrote:\n{lines}"


def servers_of(item: pytest.Item) -> list[Server]:
    """The servers that a test uses, as far as its fixtures tell."""
    found: list[Server] = []
    for value in getattr(item, "funcargs", {}).values():
        if isinstance(value, RunningPair):
            found += value.pair.servers
        elif isinstance(value, Pair):
            found += value.servers
        elif isinstance(value, Server):
            found.append(value)
    return found

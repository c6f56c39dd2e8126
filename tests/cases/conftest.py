"""A pair of its own for the cases, which change much of it; its tenant calls from 127.0.0.2."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import RunningPair, written_by
from ticketlab.shared.command.options import PairOptions
from ticketlab.shared.command.servers import Pair


@pytest.fixture(scope="module")
def case_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPair]:
    options = PairOptions().on_free_ports(tmp_path_factory.mktemp("cases"))
    with Pair(options) as pair:
        pair.start()
        try:
            pair.wait_until_ready()
        except Exception as error:
            error.add_note(f"{written_by(pair.emulator)}\n{written_by(pair.connector)}")
            raise
        yield RunningPair(pair.emulator.url, pair.connector.url, pair)


@pytest.fixture(scope="module")
def given(case_pair: RunningPair) -> dict[str, str]:
    """What the command needs to find the pair and its data folder."""
    return {**case_pair.addresses, "TICKETLAB_DATA": case_pair.environment["TICKETLAB_DATA"]}


@pytest.fixture(scope="session", autouse=True)
def only_on_linux() -> None:
    """127.0.0.2 is an address of every Linux machine, not of every Mac."""
    if not Path("/proc").exists():
        pytest.skip("127.0.0.2 is no address of this machine")

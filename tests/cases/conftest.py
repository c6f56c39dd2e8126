"""A pair of its own for the cases, which change much of it; its tenant calls from 127.0.0.2."""

import sys
from collections.abc import Iterator

import pytest
from servers import RunningPair, pair_on


@pytest.fixture(scope="module")
def case_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPair]:
    with pair_on(tmp_path_factory.mktemp("cases")) as pair:
        yield pair


@pytest.fixture(scope="module")
def given(case_pair: RunningPair) -> dict[str, str]:
    """What the command needs to find the pair and its data folder."""
    return {**case_pair.addresses, "TICKETLAB_DATA": case_pair.environment["TICKETLAB_DATA"]}


@pytest.fixture(scope="session", autouse=True)
def only_on_linux() -> None:
    """127.0.0.2 is an address of every Linux machine, not of every Mac."""
    if sys.platform != "linux":
        pytest.skip("127.0.0.2 is not an address of this machine")

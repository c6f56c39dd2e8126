"""A seeded instance whose clock a test can set, and a browser on it."""

from datetime import UTC, datetime, timedelta

import pytest
from oauth_flows import ClientBrowser
from ticketlab.emulator.testing import close, make_instance


class SetClock:
    """Stands where a test puts it."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC).replace(microsecond=0)

    def now(self) -> datetime:
        return self.moment

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def instance(tmp_path, clock):
    made = make_instance(tmp_path, real_clock=clock)
    yield made
    close(made)


@pytest.fixture
def browser(instance):
    return ClientBrowser(instance.test_client())

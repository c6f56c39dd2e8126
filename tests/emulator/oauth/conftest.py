"""A seeded instance with an integration user and a client, and a browser on it."""

from datetime import UTC, datetime, timedelta

import pytest
from oauth_flows import ClientBrowser, make_client, make_user
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


@pytest.fixture
def user(instance):
    """sys_id of the integration user ``tickets``."""
    return make_user(instance)


@pytest.fixture
def client_app(instance, user):
    """The security center's registration at the instance."""
    return make_client(instance)

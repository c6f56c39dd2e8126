"""A seeded instance with an integration user and a client, and a browser on it."""

import pytest
from oauth_flows import ClientBrowser, make_client, make_user
from set_clock import SetClock
from ticketlab.emulator.testing import close, make_instance


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def instance(clock):
    made = make_instance(real_clock=clock)
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

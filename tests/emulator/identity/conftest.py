"""A seeded instance whose clock a test can set, and a browser on it."""

import pytest
from oauth_flows import ClientBrowser
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

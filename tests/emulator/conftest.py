"""A seeded instance whose clock a test can set; whoever looks only shares one that no test changes."""

import pytest
from oauth_flows import ClientBrowser
from people import Person
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
def admin(instance):
    return Person(instance).log_in()


@pytest.fixture(scope="module")
def untouched(shared_instance):
    """An instance that no test changes."""
    return shared_instance


@pytest.fixture(scope="module")
def looking(untouched):
    """An admin who only looks."""
    return Person(untouched).log_in()

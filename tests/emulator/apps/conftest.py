"""A seeded instance, and an admin at its pages."""

from datetime import UTC, datetime, timedelta

import pytest
from people import Person
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
def instance(clock):
    made = make_instance(real_clock=clock)
    yield made
    close(made)


@pytest.fixture
def admin(instance):
    return Person(instance).log_in()


@pytest.fixture(scope="module")
def untouched():
    """An instance that no test changes."""
    made = make_instance()
    yield made
    close(made)


@pytest.fixture(scope="module")
def looking(untouched):
    """An admin who only looks."""
    return Person(untouched).log_in()

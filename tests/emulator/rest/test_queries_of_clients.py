"""Encoded queries as clients, lists and the vendor's own articles write them, asked of the Table API (rest 4)."""

from datetime import UTC, datetime, timedelta

import pytest
from set_clock import SetClock
from ticketlab.emulator.testing import close, make_instance

from .conftest import Api

NOW = datetime(2020, 5, 29, 18, 40, 30, tzinfo=UTC)
"""In the middle of an hour, and of a day in US/Pacific."""


@pytest.fixture
def then():
    """A client of an instance where it is that moment."""
    made = make_instance(real_clock=SetClock(NOW))
    yield Api(made)
    close(made)


@pytest.mark.source("rest 4", "C")
@pytest.mark.parametrize(
    ("label", "name", "inside", "outside"),
    [
        ("Current hour", "CurrentHour", timedelta(minutes=-40), timedelta(minutes=-41)),
        ("Current minute", "CurrentMinute", timedelta(seconds=-30), timedelta(seconds=-31)),
        ("One year ago", "OneYearAgo", timedelta(days=-366), timedelta(days=-367)),
    ],
)
def test_the_choices_of_the_on_filter_are_understood(then, label, name, inside, outside):
    """As aiosnow has them from the platform's own drop-down list."""
    numbers = [
        then.create("incident", opened_at=f"{NOW + each:%Y-%m-%d %H:%M:%S}")["number"] for each in (inside, outside)
    ]
    on = f"opened_atON{label}@javascript:gs.beginningOf{name}()@javascript:gs.endOf{name}()"
    found = then.rows("incident", sysparm_query=f"numberIN{','.join(numbers)}^{on}", sysparm_fields="number")
    assert [row["number"] for row in found] == numbers[:1]


@pytest.mark.source("platform 2.3", "D")
def test_null_is_how_an_address_says_empty(api):
    """``status!=2^ORstatus=NULL`` stands in the vendor's article on restricted callers."""
    nobody = api.create("incident", assigned_to="")["number"]
    somebody = api.create("incident", assigned_to="beth.anglin")["number"]
    both = f"numberIN{nobody},{somebody}"

    def found(**parameters):
        return [row["number"] for row in api.rows("incident", sysparm_fields="number", **parameters)]

    assert found(sysparm_query=f"{both}^assigned_to=NULL") == [nobody]
    assert found(sysparm_query=f"{both}^assigned_to!=NULL") == [somebody]
    assert found(number=nobody, assigned_to="NULL") == [nobody]
    assert found(number=somebody, assigned_to="NULL") == []

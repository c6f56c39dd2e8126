"""The first and last moments of the calendar, by which programs say *never* and *always*, on either database."""

from datetime import UTC, datetime

import pytest
from ticketlab.emulator.query import QueryContext

FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.fixture(name="ends", scope="module")
def _ends(empty_records):
    for number, (opened, closed) in enumerate(
        [(datetime(2020, 1, 31, tzinfo=UTC), LAST), (LAST, FIRST), (FIRST, LAST), (FIRST, FIRST), (LAST, LAST)], start=1
    ):
        empty_records.insert("incident", str(number) * 32, number=str(number), opened_at=opened, closed_at=closed)
    return empty_records


@pytest.mark.source("rest 4", "D")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("opened_atMORETHANclosed_at@day@before@1", "13"),
        ("opened_atMORETHANclosed_at@month@before@1", "13"),
        ("opened_atMORETHANclosed_at@day@after@1", "2"),
        ("opened_atLESSTHANclosed_at@hour@before or after@12", "45"),
        ("opened_atLESSTHANclosed_at@year@before@1", "45"),
        ("closed_atSAMEASopened_at@month", "45"),
        ("closed_atNSAMEASopened_at@hour", "123"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "US/Pacific", "Asia/Kolkata"])
def test_fields_are_compared_to_the_ends_of_time(ends, query, found, zone):
    """Also where the asking user's zone leads beyond them."""
    assert "".join(ends.values("incident", f"{query}^ORDERBYnumber", context=QueryContext(time_zone=zone))) == found


@pytest.mark.source("rest 4", "D")
@pytest.mark.parametrize(
    ("zone", "part", "found"),
    [
        ("US/Pacific", "'year','2020','LT'", "34"),
        ("US/Pacific", "'year','1','LT'", "34"),
        ("US/Pacific", "'year','9999','EE'", "25"),
        ("US/Pacific", "'quarter','4','EE'", "2345"),
        ("US/Pacific", "'month','december','EE'", "2345"),
        ("US/Pacific", "'dayofweek','sunday','EE'", "34"),
        ("US/Pacific", "'hour','16','EE'", "134"),
        ("Asia/Kolkata", "'year','9999','GT'", "25"),
        ("Asia/Kolkata", "'month','january','EE'", "12345"),
        ("Asia/Kolkata", "'dayofweek','saturday','EE'", "25"),
    ],
)
def test_parts_of_the_first_and_last_day_are_those_of_the_users_calendar(ends, zone, part, found):
    """It may be the evening before the first day there, or the morning after the last."""
    query = f"opened_atDATEPARTx@javascript:gs.datePart({part})^ORDERBYnumber"
    assert "".join(ends.values("incident", query, context=QueryContext(time_zone=zone))) == found

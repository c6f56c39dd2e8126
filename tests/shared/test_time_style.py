"""Times as one user reads and writes them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ticketlab.shared.time_style import TimeStyle

NOON = datetime(2026, 7, 9, 12, 5, 6, tzinfo=UTC)
DATES = ("yyyy-MM-dd", "MM-dd-yyyy", "MM/dd/yyyy", "dd/MM/yyyy", "dd-MM-yyyy", "dd.MM.yyyy", "d MMM yyyy")
TIMES = ("HH:mm:ss", "hh:mm:ss a", "h:mm:ss a", "HH.mm.ss", "H:m:s", "HH 'h' mm 'm' ss")


@pytest.mark.parametrize(
    ("dates", "times", "shown"),
    [
        ("yyyy-MM-dd", "HH:mm:ss", "2026-07-09 12:05:06"),
        ("dd/MM/yyyy", "hh:mm:ss a", "09/07/2026 12:05:06 PM"),
        ("MM-dd-yyyy", "h:mm:ss a", "07-09-2026 12:05:06 PM"),
        ("dd.MM.yyyy", "HH:mm", "09.07.2026 12:05"),
        ("d MMM yy", "H:mm", "9 Jul 26 12:05"),
        ("yyyy'{0}'MM", "HH:mm:ss", "2026{0}07 12:05:06"),
    ],
)
def test_a_moment_is_written_as_the_pattern_says(dates, times, shown):
    assert TimeStyle("UTC", dates, times).shown(NOON) == shown


@given(
    st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30)),  # noqa: DTZ001 - made aware below
    st.sampled_from(DATES),
    st.sampled_from(TIMES),
)
def test_what_is_written_is_read_as_the_same_moment(moment, dates, times):
    """To the second, wherever the zone's clock does not show an hour twice."""
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    style = TimeStyle("Asia/Tokyo", dates, times)
    assert style.read(style.shown(moment)) == moment
    assert style.read_date(style.shown_date(moment.date())) == moment.date()


@pytest.mark.parametrize("pattern", ["", "QQQQ", "yyyy-yy", "dd MM 'open", "no pattern", "-", "\N{SNOWMAN}"])
def test_a_pattern_that_makes_no_sense_is_the_platforms_own(pattern):
    """Any text can be written into a user's record; the user must still be able to read, and to mend it."""
    style = TimeStyle("UTC", pattern, pattern)
    assert style.shown(NOON) == "2026-07-09 12:05:06"
    assert style.read("2026-07-09 12:05:06") == NOON
    assert style.moment_hint == "YYYY-MM-DD hh:mm:ss"


@pytest.mark.parametrize(
    "text", ["", "soon", "31/02/2026 10:00:00 AM", "01/01/2026 13:00:00 PM", "01/01/2026 0:00:00 AM", "1/1/26 1:1:1 AM"]
)
def test_what_no_pattern_reads_is_no_time(text):
    with pytest.raises(ValueError):  # noqa: PT011 - of several makers
        TimeStyle("UTC", "dd/MM/yyyy", "hh:mm:ss a").read(text)


def test_the_platforms_own_format_is_read_beside_the_users():
    style = TimeStyle("US/Pacific", "dd/MM/yyyy", "hh:mm:ss a")
    assert style.read("2026-07-09 05:05:06") == style.read("09/07/2026 05:05:06 am") == NOON
    assert style.read("2026-07-09") == style.read("9/7/2026") == datetime(2026, 7, 9, 7, tzinfo=UTC)
    assert style.read_date("09/07/2026") == style.read_date("2026-07-09") == date(2026, 7, 9)


@pytest.mark.parametrize(("dates", "times"), [("yyyy-MM-dd HH:mm", "HH:mm:ss"), ("yyyy-MM-dd", "yyyy HH:mm")])
def test_a_format_with_the_letters_of_the_other_kind_is_the_platforms_own(dates, times):
    """Together they would say a part of the moment twice, and nobody could read it."""
    style = TimeStyle("UTC", dates, times)
    assert style.shown(NOON) == "2026-07-09 12:05:06"
    assert style.read("2026-07-09 12:05:06") == NOON

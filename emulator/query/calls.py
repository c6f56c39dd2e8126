"""What a value written as ``javascript:`` stands for. Nothing is evaluated: what is not listed here is plain text."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from ...shared.calendar import Calendar
from ..dictionary.types import Storage
from .context import QueryContext
from .values import ImpossibleValue

PREFIX = "javascript:"

_CALL = re.compile(
    r"javascript:\s*(?P<name>gs\.getUser\(\)\.\w{1,40}|gs\.\w{1,40}|getMyGroups)\((?P<arguments>[^()]{0,100})\)\s*;?\s*",
    re.ASCII,
)
_ARGUMENT = re.compile(r"\s*(?:(?P<number>-?\d{1,7})|'(?P<single>[^'\\]*)'|\"(?P<double>[^\"\\]*)\")\s*", re.ASCII)

Arguments = tuple[str, ...]
Meant = datetime | date | str
"""A moment, a day, or text; empty text stands for nobody."""

_UNITS = {f"{unit}s": unit for unit in ("minute", "hour", "day", "week", "month", "quarter", "year")}
_AGO = re.compile(rf"gs\.({'|'.join(_UNITS)})Ago(Start|End|)")
_SPAN = re.compile(
    r"gs\.(beginning|end)Of(?:(Today|Yesterday|Tomorrow|OneYearAgo)|(This|Current|Last|Next)(\d{0,3})([A-Z][a-z]+?)s?)"
)
_DAYS = {"Yesterday": -1, "Today": 0, "Tomorrow": 1}
_THIS = frozenset({"This", "Current"})
"""The platform's own filters say ``CurrentHour`` and ``CurrentMinute``, and ``This`` before every longer unit."""


def resolve(value: str, context: QueryContext, storage: Storage) -> str:
    """The text that a value stands for in a field of this storage.

    Raises ImpossibleValue when it stands for nobody, or for a moment that no calendar has.
    """
    if not value.startswith(PREFIX):
        return value
    call = read_call(value)
    meant = _meant(*call, context) if call else None
    if meant is None:
        return value
    if meant == "":
        raise ImpossibleValue(value)
    return _text(meant, context, storage)


def read_call(value: str) -> tuple[str, Arguments] | None:
    """The name of a call and its arguments; None for anything but a call with numbers and strings."""
    match = _CALL.fullmatch(value)
    if match is None:
        return None
    given = match["arguments"]
    arguments = [_ARGUMENT.fullmatch(each) for each in given.split(",")] if given.strip() else []
    if None in arguments:
        return None
    return match["name"], tuple(each[each.lastgroup or 0] for each in arguments if each)


def _meant(name: str, arguments: Arguments, context: QueryContext) -> Meant | None:
    try:
        if name in _PLAIN and not arguments:
            return _PLAIN[name](context)
        for pattern, moment in _MOMENTS:
            match = pattern.fullmatch(name)
            if match is not None:
                return moment(match, arguments, context)
    except (OverflowError, ValueError):
        raise ImpossibleValue(name) from None
    return None


def _text(meant: Meant, context: QueryContext, storage: Storage) -> str:
    """A moment is a day of the user's calendar in a field that holds days."""
    if isinstance(meant, datetime):
        if storage is Storage.DATE:
            return meant.astimezone(Calendar.of(context.time_zone).zone).date().isoformat()
        return f"{meant.astimezone(UTC).replace(tzinfo=None):%Y-%m-%d %H:%M:%S}".rjust(19, "0")
    return meant.isoformat() if isinstance(meant, date) else meant


def _today(context: QueryContext) -> date:
    return context.now.astimezone(Calendar.of(context.time_zone).zone).date()


_PLAIN: Mapping[str, Callable[[QueryContext], Meant]] = {
    "gs.getUserID": lambda context: context.user,
    "gs.userID": lambda context: context.user,
    "gs.getUser().getID": lambda context: context.user,
    "gs.getUserName": lambda context: context.user_name,
    "gs.getUser().getName": lambda context: context.user_name,
    "gs.getUser().getMyGroups": lambda context: ",".join(context.groups()),
    "getMyGroups": lambda context: ",".join(context.groups()),
    "gs.now": _today,
    "gs.nowDateTime": lambda context: context.now,
    "gs.nowNoTZ": lambda context: context.now,
    "gs.yesterday": lambda context: context.now - timedelta(hours=24),
    "gs.lastWeek": lambda context: Calendar.of(context.time_zone).shifted(context.now, "week", -1),
}


def _ago(match: re.Match[str], arguments: Arguments, context: QueryContext) -> Meant | None:
    """``gs.daysAgo(2)``: this time of day, two days ago; with Start and End the first and last second of that day."""
    if len(arguments) != 1:
        return None
    calendar, unit, ahead = Calendar.of(context.time_zone), _UNITS[match[1]], -int(arguments[0])
    if match[2] == "Start":
        return calendar.start_of(unit, context.now, ahead)
    if match[2] == "End":
        return calendar.end_of(unit, context.now, ahead)
    return calendar.shifted(context.now, unit, ahead)


def _span(match: re.Match[str], arguments: Arguments, context: QueryContext) -> Meant | None:
    """``gs.beginningOfLastMonth()``. With a number the span reaches from, or to, the unit we are in."""
    calendar = Calendar.of(context.time_zone)
    edge = calendar.start_of if match[1] == "beginning" else calendar.end_of
    if arguments:
        return None
    if match[2] == "OneYearAgo":  # that day (ours: the filter's label says no more)
        return edge("day", calendar.shifted(context.now, "year", -1))
    if match[2]:
        return edge("day", context.now, _DAYS[match[2]])
    unit = match[5].lower()
    if f"{unit}s" not in _UNITS or (match[3] in _THIS and match[4]):
        return None
    count = int(match[4] or 1)
    ahead = {"Last": -count, "Next": count}.get(match[3], 0)
    is_near_edge = (match[3], match[1]) in {("Last", "end"), ("Next", "beginning")}
    return edge(unit, context.now, 0 if match[4] and is_near_edge else ahead)


def _generated(_match: re.Match[str], arguments: Arguments, context: QueryContext) -> Meant | None:
    """``gs.dateGenerate('2020-01-31', 'start')``: a moment of a day of the user's calendar."""
    if len(arguments) != 2:
        return None
    time = {"start": "00:00:00", "end": "23:59:59"}.get(arguments[1], arguments[1])
    local = datetime.strptime(f"{arguments[0]} {time}", "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the zone follows
    return local.replace(tzinfo=Calendar.of(context.time_zone).zone).astimezone(UTC)


_MOMENTS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Arguments, QueryContext], Meant | None]], ...] = (
    (_AGO, _ago),
    (_SPAN, _span),
    (re.compile(r"gs\.dateGenerate"), _generated),
)

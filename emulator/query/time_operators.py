"""The operators that speak of days, weeks and months: in the asking user's time zone, by the instance's clock."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...shared.calendar import Calendar
from ...shared.zones import known_zone
from ..dictionary.types import Storage
from .calls import PREFIX, read_call
from .context import QueryContext
from .field_operators import TIMES
from .paths import Place
from .predicates import Check, Predicate
from .value_operators import Operator, bounds
from .values import ImpossibleValue

WORDS = {
    "GT": Check.GREATER,
    "GE": Check.GREATER_OR_EQUAL,
    "LT": Check.LESS,
    "LE": Check.LESS_OR_EQUAL,
    "EE": Check.EQUAL,
}
"""By which times are compared, in ``RELATIVEGT`` and in ``gs.datePart``."""

RELATIVE_UNITS = {"minute": "minute", "hour": "hour", "dayofweek": "day", "week": "week"} | {
    unit: unit for unit in ("month", "quarter", "year")
}
"""By the words that RELATIVE knows; of others, ``day`` among them, nothing is matched (rest 4, meas)."""
EXACT_UNITS = frozenset({"minute", "hour"})
"""``an hour ago`` is a moment, ``a day ago`` is that whole day. Ours; no source says it."""

_RELATIVE = re.compile(r"@([a-z]{1,20})@(ago|ahead)@(\d{1,7})", re.ASCII)

_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
"""Before Monday is Sunday, on or after it every day but Sunday (the vendor's table of operators, D)."""
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_LAST_NUMBERS = {"hour": 23, "week": 53, "quarter": 4, "year": 9999}


def _on(check: Check) -> Operator:
    """``ONToday@start@end``: the label is for people, what counts is the two moments. A bare day is that whole day."""

    def on(place: Place, value: str, context: QueryContext) -> Predicate | None:
        if place.storage not in TIMES:
            return None
        _label, at, span = value.partition("@")
        return Predicate(check, place.path, bounds(place, span if at else _whole_day(value), context))

    return on


def _whole_day(day: str) -> str:
    return "@".join(f"{PREFIX}gs.dateGenerate('{day.strip()}','{edge}')" for edge in ("start", "end"))


def _date_part(place: Place, value: str, context: QueryContext) -> Predicate | None:
    """``DATEPARTMonday@javascript:gs.datePart('dayofweek','monday','EE')``."""
    if place.storage not in TIMES:
        return None
    call = read_call(value.partition("@")[2])
    if call is None or call[0] != "gs.datePart" or len(call[1]) != 3 or call[1][2] not in WORDS:
        raise ImpossibleValue(value)
    unit, name, comparison = call[1]
    given = (known_zone(context.time_zone), _number(unit, name.lower()))
    return Predicate(Check.UNIT_NUMBER, place.path, given, (unit, WORDS[comparison].name))


def _number(unit: str, name: str) -> int:
    """The number that a day, a month or any other part is called by. Raises ImpossibleValue."""
    names = {"dayofweek": _WEEKDAYS, "month": _MONTHS}.get(unit, ())
    for number, full in enumerate(names, start=1):
        if len(name) >= 3 and full.startswith(name):  # clients write jan, sep, june
            return number
    if unit not in _LAST_NUMBERS or not re.fullmatch(r"[0-9]{1,4}", name) or int(name) > _LAST_NUMBERS[unit]:
        raise ImpossibleValue(name)
    return int(name)


def _relative(comparison: str) -> Operator:
    """``RELATIVEGE@dayofweek@ago@3``: on or after the day three days ago."""

    def relative(place: Place, value: str, context: QueryContext) -> Predicate | None:
        if place.storage not in TIMES:
            return None
        match = _RELATIVE.fullmatch(value.strip())
        if match is None or match[1] not in RELATIVE_UNITS:
            raise ImpossibleValue(value)
        ahead = int(match[3]) * (1 if match[2] == "ahead" else -1)
        try:
            first, last = _span(context, RELATIVE_UNITS[match[1]], ahead, whole=comparison == "EE")
        except (OverflowError, ValueError):
            raise ImpossibleValue(value) from None
        low, high = _native(place, first, context), _native(place, last, context)
        if comparison == "EE":
            return Predicate(Check.BETWEEN, place.path, (low, high))
        edge = low if comparison in {"GE", "LT"} else high
        return Predicate(WORDS[comparison], place.path, (edge,))

    return relative


def _span(context: QueryContext, unit: str, ahead: int, *, whole: bool) -> tuple[datetime, datetime]:
    calendar = Calendar.of(context.time_zone)
    if unit in EXACT_UNITS and not whole:
        moment = calendar.shifted(context.now, unit, ahead).replace(microsecond=0)
        return moment, moment
    return calendar.start_of(unit, context.now, ahead), calendar.end_of(unit, context.now, ahead)


def _native(place: Place, moment: datetime, context: QueryContext) -> Any:
    if place.storage is Storage.DATE:
        return moment.astimezone(Calendar.of(context.time_zone).zone).date()
    return moment


TIME_OPERATORS: Mapping[str, Operator] = {
    "ON": _on(Check.BETWEEN),
    "NOTON": _on(Check.NOT_BETWEEN),
    "DATEPART": _date_part,
    **{f"RELATIVE{comparison}": _relative(comparison) for comparison in WORDS},
}

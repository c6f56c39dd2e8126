"""The operators that compare two fields of a record. What cannot be compared says nothing, and is dropped."""

from collections.abc import Mapping

from ...shared.calendar import MONTHS, SECONDS, UNITS
from ...shared.text import whole_number
from ...shared.zones import known_zone
from ..dictionary.types import Storage
from .context import QueryContext
from .paths import Place, compared_place, display_place
from .predicates import Check, Predicate
from .value_operators import Operator
from .values import ImpossibleValue

TIMES = frozenset({Storage.DATE, Storage.DATE_TIME})
LONGEST_DISTANCE = 12_000
"""Months, or as many days as they have: a thousand years are enough, and no database's calendar ends within them."""
SECONDS_OF_A_MONTH = 31 * SECONDS["day"]

_DIRECTIONS = {"before": ("before",), "after": ("after",), "before or after": ("before", "after")}


def _same(check: Check, of_unit: Check) -> Operator:
    """``fieldSAMEASother``, of times also ``fieldSAMEASother@day`` in the asking user's calendar."""

    def same(place: Place, value: str, context: QueryContext) -> Predicate | None:
        path, at, unit = value.partition("@")
        other = _other(place, path)
        if other is None:
            return None
        if not at:
            return Predicate(Check.FIELD, place.path, other=(other.path, check.name))
        if place.storage not in TIMES:
            return None
        if unit not in UNITS:
            raise ImpossibleValue(unit)
        return Predicate(of_unit, place.path, (known_zone(context.time_zone),), (other.path, unit))

    return same


def _compared(check: Check) -> Operator:
    """``fieldGT_FIELDother``; of references the display values are compared."""

    def compare(place: Place, value: str, _context: QueryContext) -> Predicate | None:
        shown = display_place(place)
        other = compared_place(place.dictionary, place.table, value.strip())
        shown_other = display_place(other) if other else None
        if shown_other is None or shown_other.storage is not shown.storage:
            return None
        return Predicate(Check.FIELD, shown.path, other=(shown_other.path, check.name))

    return compare


def _apart(distance: str) -> Operator:
    """``fieldMORETHANother@day@before@1``: the field lies more than a day before the other one."""

    def apart(place: Place, value: str, _context: QueryContext) -> Predicate | None:
        path, *how = value.split("@")
        other = _other(place, path)
        if other is None or place.storage not in TIMES:
            return None
        unit, direction, text = how if len(how) == 3 else ("", "", "")
        count = whole_number(text, LONGEST_DISTANCE * SECONDS_OF_A_MONTH)
        if unit not in UNITS or direction not in _DIRECTIONS or count is None:
            raise ImpossibleValue(value)
        months, seconds = MONTHS.get(unit, 0) * count, SECONDS.get(unit, 0) * count
        if months > LONGEST_DISTANCE or seconds > LONGEST_DISTANCE * SECONDS_OF_A_MONTH:
            raise ImpossibleValue(value)
        return Predicate(Check.APART, place.path, (months, seconds), (other.path, distance, *_DIRECTIONS[direction]))

    return apart


def _other(place: Place, path: str) -> Place | None:
    """A field that is stored as the place's is, and so can be compared with it."""
    other = compared_place(place.dictionary, place.table, path.strip())
    return other if other is not None and other.storage is place.storage else None


FIELD_OPERATORS: Mapping[str, Operator] = {
    "SAMEAS": _same(Check.EQUAL, Check.SAME_UNIT),
    "NSAMEAS": _same(Check.NOT_EQUAL, Check.NOT_SAME_UNIT),
    "GT_FIELD": _compared(Check.GREATER),
    "LT_FIELD": _compared(Check.LESS),
    "GT_OR_EQUALS_FIELD": _compared(Check.GREATER_OR_EQUAL),
    "LT_OR_EQUALS_FIELD": _compared(Check.LESS_OR_EQUAL),
    "MORETHAN": _apart("more"),
    "LESSTHAN": _apart("less"),
}
"""Their value begins with another field's path, before any ``@``."""

"""The checks that need a calendar or the arithmetic of time, in SQL."""

from collections.abc import Mapping

from sqlalchemy import BigInteger, Integer, Text, and_, or_, type_coerce

from ..store.local_time import moved, unit_name, unit_number, unit_start
from .checks import COMPARISONS, Asked, Sql, SqlCheck
from .predicates import Check


def _unit_number(asked: Asked) -> Sql:
    unit, comparison = asked.other
    zone, number = asked.bounds
    found = unit_number(asked.column, type_coerce(zone, Text()), unit_name(unit))
    return COMPARISONS[Check[comparison]](found, number)


def _same_unit(asked: Asked) -> Sql:
    path, unit = asked.other
    starts = (
        unit_start(column, type_coerce(asked.bounds[0], Text()), unit_name(unit))
        for column in (asked.column, asked.place(path)[0])
    )
    return next(starts) == next(starts)


def _not_same_unit(asked: Asked) -> Sql:
    return ~_same_unit(asked)


def _apart(asked: Asked) -> Sql:
    """More or less than a time before or after the other field; at less, the other's own moment counts."""
    path, distance, *directions = asked.other
    other = asked.place(path)[0]
    months, seconds = type_coerce(asked.bounds[0], Integer()), type_coerce(asked.bounds[1], BigInteger())
    sides = {
        ("more", "before"): asked.column < moved(other, -months, -seconds),
        ("more", "after"): asked.column > moved(other, months, seconds),
        ("less", "before"): and_(asked.column > moved(other, -months, -seconds), asked.column <= other),
        ("less", "after"): and_(asked.column < moved(other, months, seconds), asked.column >= other),
    }
    return or_(*(sides[distance, direction] for direction in directions))


TIME_CHECKS: Mapping[Check, SqlCheck] = {
    Check.UNIT_NUMBER: _unit_number,
    Check.SAME_UNIT: _same_unit,
    Check.NOT_SAME_UNIT: _not_same_unit,
    Check.APART: _apart,
}

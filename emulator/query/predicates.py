"""What a query asks of records, once the dictionary has been looked up and before any SQL.

Values stand apart from the rest: two queries that differ in values only share one statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain
from typing import Any


class Check(Enum):
    """``other`` of a Predicate is another field's path, or what else the check is made of."""

    ALL = auto()
    NONE = auto()
    EMPTY = auto()
    NOT_EMPTY = auto()
    EQUAL = auto()
    NOT_EQUAL = auto()
    GREATER = auto()
    GREATER_OR_EQUAL = auto()
    LESS = auto()
    LESS_OR_EQUAL = auto()
    BETWEEN = auto()
    NOT_BETWEEN = auto()
    IN = auto()
    NOT_IN = auto()
    LIKE = auto()
    NOT_LIKE = auto()
    TEXT = auto()
    """Each of the texts is found in ``path`` or one of the paths in ``other``."""
    FIELD = auto()
    """Compares with the field at the first of ``other`` as the second says: a Check's name."""
    SAME_UNIT = auto()
    """Lies in the same unit of a calendar as the field at the first of ``other``, the second being the unit."""
    NOT_SAME_UNIT = auto()
    UNIT_NUMBER = auto()
    """The number of a unit, the first of ``other``, compares as the second says."""
    APART = auto()
    """How far from the field at the first of ``other``: ``more`` or ``less``, ``before`` or ``after``."""
    BELOW = auto()
    """Is one of the records in a list, or below one: of the table that ``other`` names first, by its second's field."""
    RELATED = auto()
    """Is among the values of a field of other records: ``other`` is their table and the field's path."""
    NOT_RELATED = auto()


@dataclass(frozen=True, slots=True)
class Predicate:
    """A check of the field at the end of a path. Values are native; text is folded."""

    check: Check
    path: str = ""
    values: tuple[Any, ...] = ()
    """Each one parameter of the statement; a list is one parameter."""
    other: tuple[str, ...] = ()
    condition: Condition = ()
    """What is asked of the other records."""

    @property
    def shape(self) -> tuple[Any, ...]:
        if not self.other:
            return self.check, self.path, len(self.values)
        return self.check, self.path, len(self.values), self.other, shape(self.condition)


ALL = Predicate(Check.ALL)
NONE = Predicate(Check.NONE)

Condition = tuple[tuple[tuple[Predicate, ...], ...], ...]
"""Alternatives of requirements of alternatives; none at all is fulfilled by every record."""

NOTHING: Condition = (((NONE,),),)
"""Fulfilled by no record."""


def shape(condition: Condition) -> tuple[Any, ...]:
    """The condition without its values."""
    return tuple(tuple(tuple(each.shape for each in clause) for clause in group) for group in condition)


def each_predicate(condition: Condition) -> Iterator[Predicate]:
    return chain.from_iterable(chain.from_iterable(condition))


def values(condition: Condition) -> Iterator[Any]:
    """Every value, in the order in which a statement names them."""
    for each in each_predicate(condition):
        yield from each.values
        if each.condition:
            yield from values(each.condition)

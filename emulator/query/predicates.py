"""What a query asks of records, once the dictionary has been looked up and before any SQL.

Values stand apart from the rest: two queries that differ in values only share one statement.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain
from typing import Any


class Check(Enum):
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
    IN = auto()
    NOT_IN = auto()
    LIKE = auto()
    NOT_LIKE = auto()


@dataclass(frozen=True, slots=True)
class Predicate:
    """A check of the field at the end of a path. ``value`` is native; text is folded."""

    check: Check
    path: str = ""
    value: Any = None

    @property
    def shape(self) -> tuple[Check, str]:
        return self.check, self.path


ALL = Predicate(Check.ALL)
NONE = Predicate(Check.NONE)

Condition = tuple[tuple[tuple[Predicate, ...], ...], ...]
"""Alternatives of requirements of alternatives; none at all is fulfilled by every record."""


def shape(condition: Condition) -> tuple[Any, ...]:
    """The condition without its values."""
    return tuple(tuple(tuple(each.shape for each in clause) for clause in group) for group in condition)


def predicates(condition: Condition) -> Iterator[Predicate]:
    return chain.from_iterable(chain.from_iterable(condition))

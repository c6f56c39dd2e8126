"""The checks of a field against values, in SQL."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Text, and_, case, cast, func, or_

from ..dictionary.types import Storage
from ..store.collation import folded
from .predicates import Check
from .sources import Sources

Bound = BindParameter[Any]
Column = ColumnElement[Any]
Sql = ColumnElement[bool]

MATCHES_EMPTY: Mapping[Check, Callable[[Storage], bool]] = {
    Check.NOT_EQUAL: lambda storage: storage is Storage.BOOLEAN,
    Check.NOT_IN: lambda storage: storage is Storage.BOOLEAN,
    Check.NOT_BETWEEN: lambda _storage: True,
    Check.NOT_LIKE: lambda _storage: True,
}
"""Whether a check that asks for something else matches an empty field, too. *Is not*, *is not one of* and *is
different* do not (KB0715430, D; measured by a user, C), but what *is not true* may be empty (the vendor's table of
operators, D). The last two are general knowledge, unverified: a customer's capture may turn them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a check is made from."""

    column: Column
    storage: Storage
    bounds: tuple[Bound, ...]
    other: tuple[str, ...]
    place: Callable[[str], tuple[Column, Storage]]
    """The column at the end of another path, and how it is stored."""
    sources: Sources
    within: Callable[[Sources], list[Sql]]
    """What is asked of other records, as conditions on a SELECT of those."""


SqlCheck = Callable[[Asked], Sql]


def comparable(column: Column, storage: Storage) -> Column:
    return folded(column) if storage is Storage.TEXT else column


def wire_text(column: Column, storage: Storage) -> Column:
    """The column as the text that the wire shows, folded."""
    if storage is Storage.TEXT:
        return folded(column)
    if storage is Storage.BOOLEAN:
        return case((column.is_(True), "true"), (column.is_(False), "false"))
    if storage is Storage.DATE_TIME:
        return func.substr(cast(column, Text), 1, len("2020-01-31 10:20:30"))
    return cast(column, Text)


def _or_empty(check: Check, asked: "Asked", condition: Sql) -> Sql:
    return or_(condition, asked.column.is_(None)) if MATCHES_EMPTY[check](asked.storage) else condition


COMPARISONS: Mapping[Check, Callable[[Any, Any], Sql]] = {
    Check.EQUAL: operator.eq,
    Check.GREATER: operator.gt,
    Check.GREATER_OR_EQUAL: operator.ge,
    Check.LESS: operator.lt,
    Check.LESS_OR_EQUAL: operator.le,
}


def _compared(comparison: Callable[[Any, Any], Sql]) -> SqlCheck:
    return lambda asked: comparison(comparable(asked.column, asked.storage), asked.bounds[0])


def _not_equal(asked: Asked) -> Sql:
    return _or_empty(Check.NOT_EQUAL, asked, comparable(asked.column, asked.storage) != asked.bounds[0])


def _in(asked: Asked) -> Sql:
    return comparable(asked.column, asked.storage).in_(asked.bounds[0])


def _not_in(asked: Asked) -> Sql:
    return _or_empty(Check.NOT_IN, asked, comparable(asked.column, asked.storage).not_in(asked.bounds[0]))


def _between(asked: Asked) -> Sql:
    low, high = asked.bounds
    return comparable(asked.column, asked.storage).between(low, high)


def _not_between(asked: Asked) -> Sql:
    column = comparable(asked.column, asked.storage)
    return _or_empty(Check.NOT_BETWEEN, asked, or_(column < asked.bounds[0], column > asked.bounds[1]))


def _like(asked: Asked) -> Sql:
    return wire_text(asked.column, asked.storage).like(asked.bounds[0], escape="\\")


def _not_like(asked: Asked) -> Sql:
    text = wire_text(asked.column, asked.storage)
    return _or_empty(Check.NOT_LIKE, asked, text.not_like(asked.bounds[0], escape="\\"))


def _text(asked: Asked) -> Sql:
    columns = [folded(asked.column), *(folded(asked.place(path)[0]) for path in asked.other)]
    return and_(*(or_(*(column.like(bound, escape="\\") for column in columns)) for bound in asked.bounds))


def _field(asked: Asked) -> Sql:
    path, comparison = asked.other
    column, other = (comparable(*each) for each in ((asked.column, asked.storage), asked.place(path)))
    if comparison == Check.NOT_EQUAL.name:
        return column != other
    return COMPARISONS[Check[comparison]](column, other)


VALUE_CHECKS: Mapping[Check, SqlCheck] = {
    Check.EMPTY: lambda asked: asked.column.is_(None),
    Check.NOT_EMPTY: lambda asked: asked.column.is_not(None),
    **{check: _compared(comparison) for check, comparison in COMPARISONS.items()},
    Check.NOT_EQUAL: _not_equal,
    Check.IN: _in,
    Check.NOT_IN: _not_in,
    Check.BETWEEN: _between,
    Check.NOT_BETWEEN: _not_between,
    Check.LIKE: _like,
    Check.NOT_LIKE: _not_like,
    Check.TEXT: _text,
    Check.FIELD: _field,
}

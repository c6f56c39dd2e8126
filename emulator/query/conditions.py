"""From predicates to SQL. Every value is a bound parameter, named by its place in the statement."""

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Text, and_, bindparam, case, cast, false, func, or_, true

from ..dictionary.types import Storage
from ..store.columns import code_points, folded
from .paths import field_at
from .predicates import Check, Condition, Predicate, predicates
from .sources import Sources

Bound = BindParameter[Any]
Sql = ColumnElement[bool]

NOT_EQUAL_MATCHES_EMPTY = True
"""General knowledge of the platform, unverified: a customer's capture may turn it."""

_VALUELESS = {Check.ALL, Check.NONE, Check.EMPTY, Check.NOT_EMPTY}
_LISTS = {Check.IN, Check.NOT_IN}


class Conditions:
    """Builds the conditions of one statement, whose parameters are named in the order they are met."""

    def __init__(self, sources: Sources, names: Iterator[str]) -> None:
        self.sources = sources
        self._names = names

    def build(self, condition: Condition) -> list[Sql]:
        """One flat OR of ANDs of ORs, or nothing where every record fulfils the condition."""
        groups = [and_(*(or_(*map(self._predicate, clause)) for clause in group)) for group in condition]
        return [or_(*groups)] if groups else []

    def _predicate(self, predicate: Predicate) -> Sql:
        if predicate.check in {Check.ALL, Check.NONE}:
            return true() if predicate.check is Check.ALL else false()
        column = self.sources.column(predicate.path)
        if predicate.check in _VALUELESS:
            return column.is_(None) if predicate.check is Check.EMPTY else column.is_not(None)
        bound: Bound = bindparam(next(self._names), expanding=predicate.check in _LISTS)
        return _CHECKS[predicate.check](column, self._storage(predicate.path), bound)

    def _storage(self, path: str) -> Storage:
        field = field_at(self.sources.dictionary, self.sources.table, path.split("."))
        return field.type.storage if field else Storage.TEXT


def parameters(condition: Condition, names: Iterator[str]) -> dict[str, Any]:
    """The values of a condition, named as ``Conditions`` names them."""
    return {next(names): each.value for each in predicates(condition) if each.check not in _VALUELESS}


def order_keys(sources: Sources, path: str, *, descending: bool) -> list[ColumnElement[Any]]:
    """Folded value, then code point. Empty values first, and last when descending: one is the other read backwards."""
    column = sources.column(path)
    field = field_at(sources.dictionary, sources.table, path.split("."))
    if field is not None and field.type.storage is not Storage.TEXT:
        return [column.desc().nulls_last() if descending else column.asc().nulls_first()]
    first, second = folded(column), code_points(column)
    if descending:
        return [first.desc().nulls_last(), second.desc()]
    return [first.asc().nulls_first(), second.asc()]


def _comparable(column: ColumnElement[Any], storage: Storage) -> ColumnElement[Any]:
    return folded(column) if storage is Storage.TEXT else column


def _wire_text(column: ColumnElement[Any], storage: Storage) -> ColumnElement[Any]:
    """The column as the text that the wire shows, folded."""
    if storage is Storage.TEXT:
        return folded(column)
    if storage is Storage.BOOLEAN:
        return case((column.is_(true()), "true"), (column.is_(false()), "false"))
    if storage is Storage.DATE_TIME:
        return func.substr(cast(column, Text), 1, len("2020-01-31 10:20:30"))
    return cast(column, Text)


def _compare(comparison: Callable[[Any, Any], Sql]) -> Callable[[ColumnElement[Any], Storage, Bound], Sql]:
    return lambda column, storage, bound: comparison(_comparable(column, storage), bound)


def _or_empty(column: ColumnElement[Any], condition: Sql) -> Sql:
    return or_(condition, column.is_(None)) if NOT_EQUAL_MATCHES_EMPTY else condition


def _not_equal(column: ColumnElement[Any], storage: Storage, bound: Bound) -> Sql:
    return _or_empty(column, _comparable(column, storage) != bound)


def _not_in(column: ColumnElement[Any], storage: Storage, bound: Bound) -> Sql:
    return _or_empty(column, _comparable(column, storage).not_in(bound))


def _not_like(column: ColumnElement[Any], storage: Storage, bound: Bound) -> Sql:
    return _or_empty(column, _wire_text(column, storage).not_like(bound, escape="\\"))


_CHECKS: Mapping[Check, Callable[[ColumnElement[Any], Storage, Bound], Sql]] = {
    Check.EQUAL: _compare(operator.eq),
    Check.NOT_EQUAL: _not_equal,
    Check.GREATER: _compare(operator.gt),
    Check.GREATER_OR_EQUAL: _compare(operator.ge),
    Check.LESS: _compare(operator.lt),
    Check.LESS_OR_EQUAL: _compare(operator.le),
    Check.IN: lambda column, storage, bound: _comparable(column, storage).in_(bound),
    Check.NOT_IN: _not_in,
    Check.LIKE: lambda column, storage, bound: _wire_text(column, storage).like(bound, escape="\\"),
    Check.NOT_LIKE: _not_like,
}

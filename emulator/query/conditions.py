"""From predicates to SQL. Every value is a bound parameter, named by its place in the statement."""

from collections.abc import Callable, Iterator, Mapping
from itertools import count as numbers
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, false, or_, true

from ..dictionary.types import Storage
from ..store.collation import code_points, folded
from .brackets import joined
from .checks import VALUE_CHECKS, Asked, Bound, Sql, SqlCheck
from .paths import field_at
from .predicates import Check, Condition, Predicate, values
from .related_checks import RELATED_CHECKS
from .sources import Sources
from .time_checks import TIME_CHECKS

_CHECKS: Mapping[Check, SqlCheck] = {**VALUE_CHECKS, **TIME_CHECKS, **RELATED_CHECKS}


class Conditions:
    """Builds the conditions of one statement, whose parameters are named in the order they are met."""

    def __init__(self, sources: Sources, names: Iterator[str]) -> None:
        self.sources = sources
        self._names = names

    def build(self, condition: Condition) -> list[Sql]:
        """One OR of ANDs of ORs, or nothing where every record fulfils the condition."""
        groups = [
            joined(and_, [joined(or_, [self._predicate(each) for each in clause]) for clause in group])
            for group in condition
        ]
        return [joined(or_, groups)] if groups else []

    def _predicate(self, predicate: Predicate) -> Sql:
        if predicate.check in {Check.ALL, Check.NONE}:
            return true() if predicate.check is Check.ALL else false()
        column, storage = self._place(predicate.path)
        bounds = tuple(self._bound(value) for value in predicate.values)

        def within(sources: Sources) -> list[Sql]:
            return Conditions(sources, self._names).build(predicate.condition)

        return _CHECKS[predicate.check](
            Asked(column, storage, bounds, predicate.other, self._place, self.sources, within)
        )

    def _bound(self, value: Any) -> Bound:
        return bindparam(next(self._names), expanding=isinstance(value, list))

    def _place(self, path: str) -> tuple[ColumnElement[Any], Storage]:
        field = field_at(self.sources.dictionary, self.sources.table, path.split("."))
        return self.sources.column(path), field.type.storage if field else Storage.TEXT


def parameters(condition: Condition, names: Iterator[str]) -> dict[str, Any]:
    """The values of a condition, named as ``Conditions`` names them."""
    return {next(names): value for value in values(condition)}


def value_names() -> Iterator[str]:
    """The names of a statement's values, in the order of its conditions."""
    return (f"value_{number}" for number in numbers())


def order_keys(
    column: ColumnElement[Any],
    storage: Storage,
    *,
    descending: bool,
    fold: Callable[[ColumnElement[Any]], ColumnElement[Any]] = folded,
) -> list[ColumnElement[Any]]:
    """Folded value, then code point. Empty values first, and last when descending: one is the other read backwards."""
    if storage is not Storage.TEXT:
        return [column.desc().nulls_last() if descending else column.asc().nulls_first()]
    first, second = fold(column), code_points(column)
    if descending:
        return [first.desc().nulls_last(), second.desc()]
    return [first.asc().nulls_first(), second.asc()]

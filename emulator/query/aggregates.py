"""Counts, averages, sums and extremes of the records that a query matches, whole or in groups: one SELECT.

Groups are told apart as values are compared everywhere, folded; of texts that fold alike a group shows the first by
code point, which is also how the extremes of texts are found.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, select

from ..dictionary.model import Dictionary
from ..dictionary.types import Storage
from ..store.collation import code_points, folded, folded_result
from ..store.columns import ExactDecimal
from ..store.store import Prepared
from ..store.tables import RecordTables
from .conditions import Conditions, parameters, value_names
from .context import QueryContext
from .nodes import EncodedQuery
from .paths import Place, compared_place, display_place
from .predicates import Condition, shape
from .resolver import resolve_query
from .sources import Sources

NUMBERS = frozenset({Storage.INTEGER, Storage.DECIMAL})
SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {"=": eq, "!=": ne, ">": gt, ">=": ge, "<": lt, "<=": le}
"""By which an aggregate is compared with a number."""


class Function(StrEnum):
    COUNT = "count"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A function over a field; COUNT counts records, whatever its path."""

    function: Function
    path: str = ""


@dataclass(frozen=True, slots=True)
class GroupOrder:
    """Groups in the order of an aggregate, or of a path that they are grouped by."""

    by: Aggregate | str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Having:
    """Only groups whose aggregate compares so with a number."""

    aggregate: Aggregate
    comparison: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Grouping:
    """What is asked of the matching records."""

    aggregates: tuple[Aggregate, ...] = ()
    groups: tuple[str, ...] = ()
    orders: tuple[GroupOrder, ...] = ()
    havings: tuple[Having, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Every field whose values show in the answer, each once."""
        used = [*self.aggregates, *(each.aggregate for each in self.havings)]
        used += [each.by for each in self.orders if isinstance(each.by, Aggregate)]
        return tuple(dict.fromkeys([*self.groups, *(each.path for each in used if each.path)]))

    def known(self, dictionary: Dictionary, table: str) -> "Grouping":
        """Without what the table cannot answer: unknown fields, and sums of what is no number."""
        groups = tuple(path for path in self.groups if compared_place(dictionary, table, path) is not None)
        aggregates = tuple(each for each in self.aggregates if is_possible(dictionary, table, each))
        havings = tuple(each for each in self.havings if _is_number(dictionary, table, each.aggregate))
        orders = tuple(
            each
            for each in self.orders
            if (is_possible(dictionary, table, each.by) if isinstance(each.by, Aggregate) else each.by in groups)
        )
        return Grouping(aggregates, groups, orders, havings)


def is_possible(dictionary: Dictionary, table: str, aggregate: Aggregate) -> bool:
    """Whether the table has the field, and its values can be counted, added or compared."""
    if aggregate.function is Function.COUNT:
        return True
    place = compared_place(dictionary, table, aggregate.path)
    if place is None:
        return False
    storage = place.field.type.storage
    return storage in NUMBERS if aggregate.function in {Function.AVG, Function.SUM} else storage is not Storage.BOOLEAN


def _is_number(dictionary: Dictionary, table: str, aggregate: Aggregate) -> bool:
    if aggregate.function is Function.COUNT:
        return True
    place = compared_place(dictionary, table, aggregate.path)
    return place is not None and place.field.type.storage in NUMBERS


def select_aggregates(
    tables: RecordTables,
    table: str,
    query: EncodedQuery,
    grouping: Grouping,
    *,
    restrictions: Sequence[EncodedQuery] = (),
    context: QueryContext,
    limit: int,
) -> Prepared:
    """The statement for what ``grouping.known`` holds; its columns are ``aggregate_N``, ``group_N`` and ``shown_N``.

    Every record counts that the query and all restrictions match. Without groups there is exactly one row. Raises
    InvalidTable and QueryTooComplex.
    """
    asked = resolve_query(tables.dictionary, table, query, restrictions, context)
    conditions = (asked.condition, *asked.restrictions)
    names = value_names()
    values: dict[str, Any] = {"limit": limit}
    for condition in conditions:
        values.update(parameters(condition, names))
    values.update({next(names): each.value for each in grouping.havings})
    havings = tuple((each.aggregate, each.comparison) for each in grouping.havings)
    key = ("aggregates", table, tuple(map(shape, conditions)), grouping.aggregates, grouping.groups, grouping.orders)
    statement = tables.keep((*key, havings), lambda: _Statement(tables, table, grouping).build(conditions))
    return Prepared(statement, values)


class _Statement:
    def __init__(self, tables: RecordTables, table: str, grouping: Grouping) -> None:
        self._sources = Sources(tables, table)
        self._grouping = grouping

    def build(self, conditions: Sequence[Condition]) -> Select[Any]:
        names = value_names()
        building = Conditions(self._sources, names)
        matching = [self._sources.of_class, *(part for each in conditions for part in building.build(each))]
        columns = list(self._columns())
        havings = [self._having(each, next(names)) for each in self._grouping.havings]
        keys = [self._key(path) for path in self._grouping.groups]
        orders = [part for each in self._orders() for part in self._order(each)]
        statement = select(*columns).select_from(self._sources.from_clause).where(*matching)
        statement = statement.group_by(*keys).having(*havings) if keys else statement
        return statement.order_by(*orders).limit(bindparam("limit", type_=Integer))

    def _columns(self) -> Iterator[ColumnElement[Any]]:
        yield func.count().label("count")
        for index, aggregate in enumerate(self._grouping.aggregates):
            yield self._aggregate(aggregate).label(f"aggregate_{index}")
        for index, path in enumerate(self._grouping.groups):
            place = self._place(path)
            yield self._first(path, place).label(f"group_{index}")
            if place.is_reference:
                shown = display_place(place)
                yield self._first(shown.path, shown).label(f"shown_{index}")

    def _orders(self) -> Sequence[GroupOrder]:
        """As asked for, then by the groups' own values, so that the same records give the same answer."""
        asked = self._grouping.orders if self._grouping.groups else ()
        return [*asked, *(GroupOrder(path) for path in self._grouping.groups)]

    def _order(self, order: GroupOrder) -> Iterator[ColumnElement[Any]]:
        if isinstance(order.by, Aggregate):
            yield _directed(self._aggregate(order.by), descending=order.descending)
            return
        shown = display_place(self._place(order.by))
        first = self._first(shown.path, shown)
        yield _directed(folded_result(first) if _is_text(shown) else first, descending=order.descending)
        yield _directed(self._key(order.by), descending=order.descending)

    def _having(self, having: Having, name: str) -> ColumnElement[bool]:
        bound: Any = bindparam(name, type_=ExactDecimal())
        found: ColumnElement[bool] = SIGNS[having.comparison](self._aggregate(having.aggregate), bound)
        return found

    def _aggregate(self, aggregate: Aggregate) -> ColumnElement[Any]:
        if aggregate.function is Function.COUNT:
            return func.count()
        column = self._sources.column(aggregate.path)
        if _is_text(self._place(aggregate.path)):
            column = code_points(column)
        found: ColumnElement[Any] = getattr(func, aggregate.function.value)(column)
        return found

    def _key(self, path: str) -> ColumnElement[Any]:
        column = self._sources.column(path)
        return folded(column) if _is_text(self._place(path)) else column

    def _first(self, path: str, place: Place) -> ColumnElement[Any]:
        """The value that stands for a group: all of its records agree on it but for the case of letters."""
        column = self._sources.column(path)
        if _is_text(place):
            return func.min(code_points(column))
        return column if path in self._grouping.groups else func.min(column)

    def _place(self, path: str) -> Place:
        place = compared_place(self._sources.dictionary, self._sources.table, path)
        if place is None:
            raise LookupError(path)
        return place


def _is_text(place: Place) -> bool:
    return place.field.type.storage is Storage.TEXT


def _directed(key: ColumnElement[Any], *, descending: bool) -> ColumnElement[Any]:
    """Empty values first, and last when descending, as in lists."""
    return key.desc().nulls_last() if descending else key.asc().nulls_first()

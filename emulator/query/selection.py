"""From nodes to one SELECT of a table's records."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, null, or_, select

from ..dictionary.model import Dictionary
from ..dictionary.types import FieldType, Storage
from ..store.columns import code_points, folded
from ..store.tables import CLASS, KEY, RecordTables
from .context import QueryContext, resolve
from .nodes import EncodedQuery, OrderBy, Term
from .operators import OPERATORS, Condition
from .sources import Operand, Sources
from .values import ImpossibleValue

DISPLAY = "§display"
MOST_ROWS = 2**31 - 1
"""Larger limits and offsets mean the same and would overflow a database's integers."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What to execute, and what the query asked for in vain."""

    rows: Select[Any]
    """Columns are labelled by path; a reference has a second one, ``PATH.§display``."""
    count: Select[Any]
    """How many records match, restrictions left aside: the platform's total is blind to ACLs (rest 1, meas)."""
    paths: tuple[str, ...]
    """Those of the asked-for paths that exist."""
    dropped: tuple[Term | OrderBy, ...] = ()


def select_records(
    dictionary: Dictionary,
    tables: RecordTables,
    table: str,
    query: EncodedQuery,
    *,
    paths: Sequence[str],
    restrictions: Sequence[EncodedQuery] = (),
    context: QueryContext,
    limit: int | None,
    offset: int = 0,
    unknown_matches_nothing: bool = False,
) -> Selection:
    """Compile a query on ``table``, whose records include those of tables that extend it.

    The page is cut before the restrictions are applied, as on the platform: a short page is not the last (rest 1,
    meas). A restriction that names what does not exist holds for no record. Raises InvalidTable and QueryTooComplex.
    """
    dictionary.table(table)
    filtering = _Filter(Sources(tables, table), context, unknown_matches_nothing=unknown_matches_nothing)
    conditions = filtering.conditions(query)
    count = select(func.count()).select_from(filtering.sources.from_clause).where(*conditions)
    page = _Page(limit, offset)
    if restrictions and page.is_cut:
        keys = page.cut(_keys(filtering, conditions, query))
        outer = _Filter(Sources(tables, table), context, unknown_matches_nothing=True)
        rows, found = _rows(outer.sources, paths)
        orders = outer.orders(query.orders)
        conditions = [_key(outer.sources).in_(keys)]
    else:
        outer = filtering
        rows, found = _rows(outer.sources, paths)
        orders = outer.orders(query.orders)
    strict = _Filter(outer.sources, context, unknown_matches_nothing=True)
    conditions = [*conditions, *(each for restriction in restrictions for each in strict.where(restriction))]
    statement = rows.select_from(outer.sources.from_clause).where(*conditions).order_by(*orders)
    if not (restrictions and page.is_cut):
        statement = page.cut(statement)
    dropped = tuple(dict.fromkeys([*filtering.dropped, *outer.dropped]))
    return Selection(statement, count, found, dropped)


@dataclass(frozen=True, slots=True)
class _Page:
    limit: int | None
    offset: int

    @property
    def is_cut(self) -> bool:
        return self.limit is not None or self.offset > 0

    def cut(self, statement: Select[Any]) -> Select[Any]:
        """A negative number would mean no limit to SQLite."""
        if self.limit is not None:
            statement = statement.limit(min(max(self.limit, 0), MOST_ROWS))
        if self.offset > 0:
            statement = statement.offset(min(self.offset, MOST_ROWS))
        return statement


@dataclass
class _Filter:
    """Turns terms and orders into SQL on its sources, and remembers what it had to drop."""

    sources: Sources
    context: QueryContext
    unknown_matches_nothing: bool = False
    dropped: list[Term | OrderBy] = field(default_factory=list)

    def conditions(self, query: EncodedQuery) -> list[Condition]:
        """Everything that the records of a query's table fulfil."""
        return [self.sources.of_class, *self.where(query)]

    def where(self, query: EncodedQuery) -> list[Condition]:
        """A flat OR of ANDs of ORs; a group of which nothing is left says nothing, so it is left out."""
        groups = [[self._clause(clause) for clause in group] for group in query.groups]
        left = [and_(*(clause for clause in group if clause is not None)) for group in groups if _any_known(group)]
        return [or_(*left)] if left else []

    def orders(self, orders: Sequence[OrderBy]) -> list[ColumnElement[Any]]:
        """The keys of an order, ended by sys_id in the direction of the last one."""
        keys: list[ColumnElement[Any]] = []
        descending = False
        seen: set[str] = set()
        for order in orders:
            if order.field in seen:
                continue  # a second key of the same field never decides
            seen.add(order.field)
            operand = self.sources.operand(order.field)
            if operand is None:
                self.dropped.append(order)
                continue
            descending = order.descending
            keys.extend(_order_keys(self.sources.display(operand), descending=descending))
        key = _key(self.sources)
        return [*keys, key.desc() if descending else key.asc()]

    def _clause(self, terms: Sequence[Term]) -> Condition | None:
        known = [condition for term in terms if (condition := self._term(term)) is not None]
        return or_(*known) if known else None

    def _term(self, term: Term) -> Condition | None:
        operand = self.sources.operand(term.field) if term.operator else None
        value = resolve(term.value, self.context)
        try:
            if operand is not None and value is None:
                return false()
            found = OPERATORS[term.operator](self.sources, operand, value or "") if operand is not None else None
        except ImpossibleValue:
            return false()
        if found is None:
            self.dropped.append(term)
            return false() if self.unknown_matches_nothing else None
        return found


def _any_known(group: Sequence[Condition | None]) -> bool:
    return any(clause is not None for clause in group)


def _key(sources: Sources) -> ColumnElement[Any]:
    return folded(sources.root.c[KEY])


def _keys(filtering: _Filter, conditions: Sequence[Condition], query: EncodedQuery) -> Select[Any]:
    orders = filtering.orders(query.orders)
    return (
        select(_key(filtering.sources)).select_from(filtering.sources.from_clause).where(*conditions).order_by(*orders)
    )


def _rows(sources: Sources, paths: Sequence[str]) -> tuple[Select[Any], tuple[str, ...]]:
    """The SELECT list: each path once, the display values of references, always the key and the class."""
    columns: dict[str, ColumnElement[Any]] = {}
    found: list[str] = []
    for path in dict.fromkeys(paths):
        value = sources.value(path)
        if value is None:
            continue
        shown, column = value
        found.append(path)
        columns[path] = null() if column is None else column
        if column is not None and shown.type is FieldType.REFERENCE and shown.reference:
            columns[f"{path}.{DISPLAY}"] = sources.shown(column, shown.reference)
    columns.setdefault(KEY, sources.root.c[KEY])
    if CLASS not in columns:
        columns[CLASS] = sources.root.c[CLASS] if CLASS in sources.root.c else literal(sources.table)
    return select(*(column.label(label) for label, column in columns.items())), tuple(found)


def _order_keys(operand: Operand, *, descending: bool) -> list[ColumnElement[Any]]:
    """Empty values first, and last in a descending order: the one is the other read backwards."""
    column = operand.column
    if operand.storage is not Storage.TEXT:
        return [column.desc().nulls_last() if descending else column.asc().nulls_first()]
    first, second = folded(column), code_points(column)
    if descending:
        return [first.desc().nulls_last(), second.desc()]
    return [first.asc().nulls_first(), second.asc()]

"""From a query to the statements that answer it, each built once for all queries that differ in values only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count as numbers
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, literal, null, select

from ..dictionary.model import Dictionary
from ..dictionary.types import Storage
from ..store.store import Prepared
from ..store.tables import CLASS, KEY, RecordTables
from .conditions import Conditions, order_keys, parameters
from .context import QueryContext
from .nodes import EncodedQuery, OrderBy, Term
from .paths import is_reference, shown_field
from .predicates import NOTHING, Condition, shape
from .resolver import Resolver
from .sources import Sources

DISPLAY = "§display"
MOST_ROWS = 2**31 - 1
"""Larger limits and offsets mean the same and would overflow a database's integers."""


@dataclass(frozen=True)
class Selection:
    """What to execute, and what the query asked for in vain."""

    rows: Prepared
    """Columns are labelled by path; a reference has a second one, ``PATH.§display``."""
    count: Prepared
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
    named: bool = True,
    invalid_returns_nothing: bool = False,
) -> Selection:
    """Compile a query on ``table``, whose records include those of tables that extend it.

    The page is cut before the restrictions are applied, as on the platform: a short page is not the last (rest 1,
    meas). A restriction that names what does not exist holds for no record, and with ``invalid_returns_nothing`` a
    query that does selects none. Without ``named`` the display values of references are left out, each of which is a
    look-up of its own. Raises InvalidTable and QueryTooComplex.
    """
    dictionary.table(table)
    resolver = Resolver(dictionary, table, context)
    strict = Resolver(dictionary, table, context, unknown_matches_nothing=True)
    condition = resolver.condition(query)
    plan = _Plan(
        table,
        NOTHING if invalid_returns_nothing and resolver.dropped else condition,
        tuple(strict.condition(restriction) for restriction in restrictions),
        resolver.orders(query),
        _shown_paths(tables, table, tuple(paths)),
        limited=limit is not None,
        skips=offset > 0,
        named=named,
    )
    values = plan.values()
    # Negative numbers would mean no limit to SQLite.
    window = {"limit": min(max(limit or 0, 0), MOST_ROWS), "offset": min(max(offset, 0), MOST_ROWS)}
    return Selection(
        Prepared(tables.keep(("rows", plan.shape), lambda: _Statements(tables, plan).rows()), values | window),
        Prepared(tables.keep(("count", plan.shape), lambda: _Statements(tables, plan).count()), values),
        plan.paths,
        tuple(dict.fromkeys(resolver.dropped)),
    )


def _shown_paths(tables: RecordTables, table: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the paths that exist, each once."""

    def find() -> tuple[str, ...]:
        return tuple(path for path in dict.fromkeys(paths) if shown_field(tables.dictionary, table, path) is not None)

    return tables.keep(("paths", table, paths), find)


@dataclass(frozen=True)
class _Plan:
    """Everything that decides about the statements, and the values that do not."""

    table: str
    condition: Condition
    restrictions: tuple[Condition, ...]
    orders: tuple[tuple[str, bool], ...]
    paths: tuple[str, ...]
    limited: bool
    skips: bool
    named: bool

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        restrictions = tuple(map(shape, self.restrictions))
        return (
            self.table,
            shape(self.condition),
            restrictions,
            self.orders,
            self.paths,
            self.limited,
            self.skips,
            self.named,
        )

    @property
    def cuts_before_restricting(self) -> bool:
        return bool(self.restrictions) and (self.limited or self.skips)

    def values(self) -> dict[str, Any]:
        names = value_names()
        values: dict[str, Any] = {}
        for condition in (self.condition, *self.restrictions):
            values.update(parameters(condition, names))
        return values


def value_names() -> Iterator[str]:
    """The names of a statement's values, in the order of its conditions."""
    return (f"value_{number}" for number in numbers())


class _Statements:
    """Builds the statements of a plan."""

    def __init__(self, tables: RecordTables, plan: _Plan) -> None:
        self._tables = tables
        self._plan = plan
        self._names = value_names()
        self._matching = Sources(tables, plan.table)
        self._conditions = [
            self._matching.of_class,
            *Conditions(self._matching, self._names).build(plan.condition),
        ]

    def count(self) -> Select[Any]:
        return select(func.count()).select_from(self._matching.from_clause).where(*self._conditions)

    def rows(self) -> Select[Any]:
        if not self._plan.cuts_before_restricting:
            return self._cut(self._restricted(self._matching, self._conditions))
        keys = self._order(select(self._matching.key), self._matching)
        keys = self._cut(keys.select_from(self._matching.from_clause).where(*self._conditions))
        shown = Sources(self._tables, self._plan.table)
        return self._restricted(shown, [shown.key.in_(keys)])

    def _restricted(self, sources: Sources, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
        """The rows of these conditions that also fulfil every restriction."""
        restricting = Conditions(sources, self._names)
        restricted = [part for each in self._plan.restrictions for part in restricting.build(each)]
        statement = self._order(select(*self._columns(sources)), sources)
        return statement.select_from(sources.from_clause).where(*conditions, *restricted)

    def _order(self, statement: Select[Any], sources: Sources) -> Select[Any]:
        """Ends with sys_id in the direction of the last key, so that pages neither lose nor repeat a record."""
        descending = False
        keys: list[ColumnElement[Any]] = []
        for path, descending in self._plan.orders:
            keys.extend(order_keys(sources, path, descending=descending))
        return statement.order_by(*keys, sources.key.desc() if descending else sources.key.asc())

    def _cut(self, statement: Select[Any]) -> Select[Any]:
        if self._plan.limited:
            statement = statement.limit(bindparam("limit", type_=Integer))
        if self._plan.skips:
            statement = statement.offset(bindparam("offset", type_=Integer))
        return statement

    def _columns(self, sources: Sources) -> Iterator[ColumnElement[Any]]:
        """Each path once, the display values of references, always the key and the class."""
        for path in self._plan.paths:
            field = shown_field(self._tables.dictionary, self._plan.table, path)
            if field is None or field.type.storage is Storage.VIRTUAL:
                yield null().label(path)
                continue
            column = sources.column(path)
            yield column.label(path)
            if self._plan.named and is_reference(field):
                yield sources.shown(column, field.reference).label(f"{path}.{DISPLAY}")
        if KEY not in self._plan.paths:
            yield sources.root.c[KEY].label(KEY)
        if CLASS not in self._plan.paths:
            own = sources.root.c[CLASS] if CLASS in sources.root.c else literal(self._plan.table)
            yield own.label(CLASS)

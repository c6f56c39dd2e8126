"""From a query to the statements that answer it, each built once for all queries that differ in values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..store.collation import fold
from ..store.store import Prepared
from ..store.tables import KEY, RecordTables
from .conditions import value_names
from .context import QueryContext
from .nodes import EncodedQuery, OrderBy, Term
from .paths import shown_field
from .predicates import Check, Condition, Predicate
from .resolver import resolve_query
from .statements import Plan, Statements

MOST_ROWS = 2**31 - 1
"""Larger limits and offsets mean the same and would overflow a database's integers."""


@dataclass(frozen=True)
class Selection:
    """What to execute, and what the query asked for in vain."""

    rows: Prepared
    """Columns are labelled by path; a reference has a second one, ``PATH.§display``."""
    statements: Statements
    values: Mapping[str, object]
    paths: tuple[str, ...]
    """Those of the asked-for paths that exist."""
    dropped: tuple[Term | OrderBy, ...] = ()

    @property
    def count(self) -> Prepared:
        """How many records match, restrictions left aside: the platform's total is blind to ACLs (rest 1, meas)."""
        return Prepared(self.statements.count, self.values)


def select_records(
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
    classes: Sequence[str] = (),
) -> Selection:
    """Compile a query on ``table``, whose records include those of tables that extend it.

    The page is cut before the restrictions are applied, as on the platform: a short page is not the last (rest 1,
    meas). ``classes`` are those that there are records of, if that is known. Without ``named`` the display values of
    references are left out, each of which is a look-up of its own. Raises InvalidTable and QueryTooComplex.
    """
    tables.dictionary.table(table)
    asked = resolve_query(tables.dictionary, table, query, restrictions, context)
    plan = Plan(
        table,
        asked.condition,
        asked.restrictions,
        asked.orders,
        _shown_paths(tables, table, tuple(paths)),
        limited=limit is not None,
        skips=offset > 0,
        named=named,
        classes=tuple(classes),
    )
    return _selection(tables, plan, limit, offset, asked.dropped)


def select_record(
    tables: RecordTables, table: str, sys_id: str, *, paths: Sequence[str], named: bool = True
) -> Selection:
    """The one record of a table with this key: the question asked most, for which no query has to be read.

    Raises InvalidTable.
    """
    tables.dictionary.table(table)
    asked = tuple(paths)
    statements = tables.keep(("record", table, asked, named), lambda: _of_key(tables, table, asked, named))
    values = {next(value_names()): fold(sys_id)}
    return Selection(Prepared(statements.rows, values, statements.names), statements, values, statements.paths)


def _of_key(tables: RecordTables, table: str, paths: tuple[str, ...], named: bool) -> Statements:
    by_key: Condition = (((Predicate(Check.EQUAL, KEY, ("",)),),),)
    shown = _shown_paths(tables, table, paths)
    return Statements(tables, Plan(table, by_key, (), (), shown, limited=False, skips=False, named=named))


def _selection(
    tables: RecordTables,
    plan: Plan,
    limit: int | None,
    offset: int,
    dropped: tuple[Term | OrderBy, ...],
) -> Selection:
    values = plan.values()
    # Negative numbers would mean no limit to SQLite.
    window = {"limit": min(max(limit or 0, 0), MOST_ROWS), "offset": min(max(offset, 0), MOST_ROWS)}
    window["reach"] = min(window["limit"] + window["offset"], MOST_ROWS)
    statements = tables.keep(("statements", plan.shape), lambda: Statements(tables, plan))
    rows = Prepared(statements.rows, values | window, statements.names)
    return Selection(rows, statements, values, plan.paths, dropped)


def _shown_paths(tables: RecordTables, table: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the paths that exist, each once."""

    def find() -> tuple[str, ...]:
        return tuple(path for path in dict.fromkeys(paths) if shown_field(tables.dictionary, table, path) is not None)

    return tables.keep(("paths", table, paths), find)

"""Where the values of a query come from in SQL: the table's own columns, and those of records it points to."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, and_, literal, select

from ..dictionary.model import Dictionary
from ..errors import QueryTooComplex
from ..store.collation import fold, folded
from ..store.tables import CLASS, KEY, RecordTables
from .paths import DISPLAY_STEPS, is_reference

MOST_JOINS = 40
"""SQLite joins 64 tables at most."""


class Sources:
    """The tables that one SELECT reads, joined as paths ask for them."""

    def __init__(self, tables: RecordTables, table: str, *, within: bool = False, only: str | None = None) -> None:
        """``within`` another SELECT, which may read the same table; ``only`` the records of one class."""
        self.tables = tables
        self.table = table
        self.only = only
        own = tables.sql_table(table)
        self.root: FromClause = own.alias() if within else own
        self._joined: dict[tuple[str, ...], FromClause] = {(): self.root}
        self.from_clause: FromClause = self.root

    @property
    def dictionary(self) -> Dictionary:
        return self.tables.dictionary

    @property
    def key(self) -> ColumnElement[str]:
        return folded(self.root.c[KEY])

    @property
    def of_class(self) -> ColumnElement[bool]:
        if self.only is not None:
            return folded(self.root.c[CLASS]) == fold(self.only)
        return self.tables.of_class(self.table, self.root)

    def column(self, path: str) -> ColumnElement[Any]:
        """The column at the end of a path that leads somewhere. Raises QueryTooComplex for too many joins."""
        if path == CLASS and self.only is not None:
            return literal(fold(self.only), Text())  # what is asked of it is decided once, not for each record
        return self._column(path.split("."))

    def shown(self, pointer: ColumnElement[Any], target: str) -> ColumnElement[Any]:
        """The display value of the record that a shown reference points to."""
        return self.tables.keep((pointer, target), lambda: display_column(self.tables, pointer, target))

    def _column(self, steps: Sequence[str]) -> ColumnElement[Any]:
        *walk, element = steps
        table = self.table
        for depth in range(len(walk)):
            field = self.dictionary.fields(table)[walk[depth]]
            self._join(tuple(walk[: depth + 1]), table, field.reference)
            table = field.reference
        return self._joined[tuple(walk)].c[_column_name(self.tables, table, element)]

    def _join(self, walk: tuple[str, ...], table: str, target: str) -> None:
        if walk in self._joined:
            return
        if len(self._joined) > MOST_JOINS:
            raise QueryTooComplex(detail=f"A query may lead through at most {MOST_JOINS} references.")
        pointer = self._joined[walk[:-1]].c[_column_name(self.tables, table, walk[-1])]
        alias = self.tables.sql_table(target).alias()
        self._joined[walk] = alias
        is_it = and_(folded(alias.c[KEY]) == folded(pointer), self.tables.of_class(target, alias))
        self.from_clause = self.from_clause.outerjoin(alias, is_it)


def display_column(
    tables: RecordTables, pointer: ColumnElement[Any], target: str, steps: int = DISPLAY_STEPS
) -> ColumnElement[Any]:
    """The display value of the record that a column points to, looked up beside the joins: it never counts as one."""
    dictionary = tables.dictionary
    record = tables.sql_table(target).alias()
    element = dictionary.display_element(target)
    field = dictionary.fields(target)[element]
    shown: ColumnElement[Any] = record.c[_column_name(tables, target, element)]
    if is_reference(field) and steps > 1:
        shown = display_column(tables, shown, field.reference, steps - 1)
    found = select(shown).where(folded(record.c[KEY]) == folded(pointer), tables.of_class(target, record))
    return found.scalar_subquery()


def _column_name(tables: RecordTables, table: str, element: str) -> str:
    name = tables.column_name(table, element)
    if name is None:
        raise LookupError(f"{table}.{element} has no column")
    return name

"""The records of one instance in its database."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, Insert, Select, Table, Update, bindparam, text
from sqlalchemy.engine import CursorResult

from ...shared.database import reading, writing
from ...shared.facts import forget_facts, lasting_fact
from ...shared.ids import Ids
from ..dictionary.model import Dictionary
from .collation import fold, folded
from .local_time import install_functions
from .reconcile import reconcile
from .tables import CLASS, KEY, RecordTables, record_tables

StoredRow = Mapping[str, Any]
"""A row by the labels of its statement."""

Native = str | int | bool | Decimal | date | datetime | None
"""A field's value: aware moments in UTC, None for empty, never ``''``."""

CHANGED = "ticketlab_key"
"""The parameter that names the record to change; no column is called so."""

_VERSION = text("SELECT version FROM ticketlab_version")
_SET_VERSION = text("UPDATE ticketlab_version SET version = :version")
_NEXT = text(
    "INSERT INTO ticketlab_counter (name, value) VALUES (:name, :first) ON CONFLICT (name) DO UPDATE "
    "SET value = CASE WHEN ticketlab_counter.value < :first THEN :first ELSE ticketlab_counter.value + 1 END "
    "RETURNING value"
)
_RESERVE = text(
    "INSERT INTO ticketlab_counter (name, value) VALUES (:name, :last) ON CONFLICT (name) DO UPDATE "
    "SET value = CASE WHEN ticketlab_counter.value < :last THEN :last ELSE ticketlab_counter.value END"
)


def dictionary_version(version: str) -> str:
    """The part of a version of the rules that stays as long as the dictionary does."""
    return version.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement that is kept for many uses, and the values of this one."""

    statement: Select[Any]
    values: Mapping[str, Any]
    names: tuple[str, ...] = ()
    """The labels of its columns; none to ask each result."""


class Store:
    """Reads and writes records, on the connection it is given: one transaction spans what belongs together."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        install_functions(engine)

    def reading(self) -> AbstractContextManager[Connection]:
        return reading(self.engine)

    def writing(self) -> AbstractContextManager[Connection]:
        return writing(self.engine)

    def reconcile(
        self, dictionary: Dictionary, connection: Connection | None = None, before: Dictionary | None = None
    ) -> bool:
        """Make the database hold what the dictionary says, only ever adding. Raises RefusedToStart.

        In the given transaction, or in one of its own. Returns whether anything was missing. ``before`` is the
        dictionary that was in force until now: what it did not know may be made anew.
        """
        if connection is not None:
            known = None if before is None else self.tables(before)
            return reconcile(connection, self.tables(dictionary), known)
        with self.writing() as own:
            return reconcile(own, self.tables(dictionary))

    def tables(self, dictionary: Dictionary) -> RecordTables:
        return record_tables(dictionary)

    def forget_statements(self) -> None:
        """Let go of what was compiled for another dictionary: each statement holds that one's widest tables."""
        self.engine.clear_compiled_cache()

    def version(self, connection: Connection) -> str:
        """The token of the rules in force: whoever caches what it compiled from rules compares it."""
        return str(connection.scalar(_VERSION))

    def begin_version(self, connection: Connection, *, dictionary: bool) -> None:
        """Let every process compile the rules anew, and the dictionary, too, when that has changed.

        A version stands for one content everywhere, so it is drawn at random, however the instance's own ids are:
        seeded alike, two instances would name different rules by one version.
        """
        token = Ids().token(12)
        kept = token if dictionary else dictionary_version(self.version(connection))
        connection.execute(_SET_VERSION, {"version": f"{kept}.{token}"})
        forget_facts(connection)

    def rows(self, connection: Connection, prepared: Prepared) -> Sequence[StoredRow]:
        found = connection.execute(prepared.statement, prepared.values)
        names = prepared.names or tuple(found.keys())
        return [dict(zip(names, row, strict=True)) for row in found.all()]  # read by name many times over

    def classes(self, connection: Connection, tables: RecordTables, table: str) -> Sequence[str]:
        """The classes that a table's records may be of; only those that have any, where that is quickly told."""
        every = tables.classes(table)
        if len(every) < 2:
            return every

        def read(connection: Connection) -> Sequence[str]:
            flags = connection.execute(tables.keep(("inhabited", table), lambda: tables.inhabited(table))).one()
            return [each for each, has_some in zip(every, flags, strict=True) if has_some] or every[:1]

        return lasting_fact(connection, ("classes", table), read) or every

    def count(self, connection: Connection, prepared: Prepared) -> int:
        return int(connection.scalar(prepared.statement, prepared.values) or 0)

    def insert(self, connection: Connection, tables: RecordTables, table: str, values: Mapping[str, Native]) -> None:
        """Insert a record. Raises IntegrityError where a unique index refuses it, LookupError for an unknown field."""
        connection.execute(self._insert(tables, table), self._columns(tables, table, {CLASS: table, **values}))

    def insert_all(
        self, connection: Connection, tables: RecordTables, table: str, rows: Sequence[Mapping[str, Native]]
    ) -> None:
        """Insert records that have the same fields, all at once. Raises as ``insert`` does."""
        columns = [self._columns(tables, table, {CLASS: table, **values}) for values in rows]
        if columns:
            connection.execute(self._insert(tables, table), columns)

    def update(
        self, connection: Connection, tables: RecordTables, table: str, sys_id: str, values: Mapping[str, Native]
    ) -> int:
        """Change a record; returns how many there were of the sys_id. Raises as ``insert`` does."""
        statement = tables.keep(("update", table), lambda: self._update(tables, table))
        columns = self._columns(tables, table, values)
        return self._changed(connection.execute(statement, {**columns, CHANGED: fold(sys_id)}))

    def delete(self, connection: Connection, tables: RecordTables, table: str, sys_id: str) -> int:
        target = tables.sql_table(table)
        statement = target.delete().where(self._is(target, sys_id), tables.of_class(table, target))
        return self._changed(connection.execute(statement))

    def delete_where(self, connection: Connection, tables: RecordTables, table: str, element: str, value: str) -> int:
        """Delete the records of a table whose text field has this value; returns how many there were."""
        target = tables.sql_table(table)
        column = target.c[tables.column_name(table, element) or element]
        statement = target.delete().where(folded(column) == fold(value), tables.of_class(table, target))
        return self._changed(connection.execute(statement))

    def clear(self, connection: Connection, tables: RecordTables, table: str, element: str) -> None:
        """Empty a field in every record of a table, those of tables that extend it included."""
        target, column = tables.sql_table(table), tables.column_name(table, element)
        if column is not None:
            connection.execute(target.update().where(tables.of_class(table, target)).values({column: None}))

    def delete_all(self, connection: Connection, tables: RecordTables, table: str) -> int:
        """Delete every record of a table, those of tables that extend it included; returns how many there were."""
        target = tables.sql_table(table)
        return self._changed(connection.execute(target.delete().where(tables.of_class(table, target))))

    def next_counter(self, connection: Connection, table: str, first: int) -> int:
        """The next number of a table, ``first`` at first; a raised first number is caught up with."""
        return int(connection.execute(_NEXT, {"name": table, "first": first}).scalar_one())

    def reserve_numbers(self, connection: Connection, last: Mapping[str, int]) -> None:
        """Let each table's next number come after the given one."""
        if last:
            connection.execute(_RESERVE, [{"name": table, "last": number} for table, number in last.items()])

    @staticmethod
    def _insert(tables: RecordTables, table: str) -> Insert:
        return tables.keep(("insert", table), lambda: tables.sql_table(table).insert())

    @staticmethod
    def _update(tables: RecordTables, table: str) -> Update:
        target = tables.sql_table(table)
        return target.update().where(folded(target.c[KEY]) == bindparam(CHANGED), tables.of_class(table, target))

    @staticmethod
    def _is(target: Table, sys_id: str) -> Any:
        return folded(target.c[KEY]) == fold(sys_id)

    @staticmethod
    def _changed(result: CursorResult[Any]) -> int:
        return result.rowcount

    @staticmethod
    def _columns(tables: RecordTables, table: str, values: Mapping[str, Native]) -> dict[str, Native]:
        """By SQL column. The class of a table that has no such field goes without saying."""
        columns: dict[str, Native] = {}
        names = tables.column_names(table)
        for element, value in values.items():
            column = names.get(element)
            if column is not None:
                columns[column] = None if value == "" else value
            elif element != CLASS:
                raise LookupError(f"{table} has no field {element} that could be stored")
        return columns

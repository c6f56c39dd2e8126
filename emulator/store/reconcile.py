"""Brings a database into line with a dictionary: what is missing is made, and nothing that is in use is changed."""

from collections.abc import Container, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Table, inspect, text
from sqlalchemy.engine import Inspector
from sqlalchemy.schema import CreateColumn

from ...shared.errors import RefusedToStart
from .tables import CLASS, RecordTables
from .unions import create_view

_OWN_TABLES = (
    "CREATE TABLE IF NOT EXISTS ticketlab_version (version VARCHAR(64) NOT NULL, structure VARCHAR(64) NOT NULL)",
    "CREATE TABLE IF NOT EXISTS ticketlab_counter (name VARCHAR(80) PRIMARY KEY, value BIGINT NOT NULL)",
    "INSERT INTO ticketlab_version SELECT 'new', '' WHERE NOT EXISTS (SELECT 1 FROM ticketlab_version)",
)
_STRUCTURE = text("SELECT structure FROM ticketlab_version")
_SET_STRUCTURE = text("UPDATE ticketlab_version SET structure = :structure")


class StoredOtherwise(RefusedToStart):
    """A column holds values that the dictionary's type of it cannot be read from."""

    def __init__(self, table: Table, column: Column[Any], stored: object) -> None:
        self.field = f"{table.name}.{column.name}"
        super().__init__(
            detail=f"{self.field} is stored as {stored} in this database, but the dictionary now declares it "
            "differently. Start with a new data folder, or with --fresh."
        )


def reconcile(connection: Connection, tables: RecordTables, before: RecordTables | None = None) -> bool:
    """Returns whether anything was missing.

    A column that ``before`` no longer knew is left over from a field that was deleted: it is made anew if the new field
    of its name is of another type. Raises StoredOtherwise when any other is stored otherwise than the dictionary says.
    """
    for statement in _OWN_TABLES:
        connection.exec_driver_sql(statement)
    wanted = tables.digest
    if connection.scalar(_STRUCTURE) == wanted:
        return False  # looking at every table costs more than starting does
    inspector = inspect(connection)
    present = set(inspector.get_table_names())
    unions = [base for base in tables.bases() if tables.dictionary.table(base).union_of]
    for base in tables.bases():
        table = tables.sql_table(base)
        if base in unions:
            continue
        if table.name in present:
            _complete(connection, inspector, base, table, _in_use(before, base))
        else:
            table.create(connection)
    for base in unions:
        create_view(connection, tables, base)
    connection.execute(_SET_STRUCTURE, {"structure": wanted})
    return True


def _in_use(tables: RecordTables | None, base: str) -> Container[str] | None:
    """The columns that the database was known by to have; None where it is not known by what."""
    if tables is None:
        return None
    return tables.sql_table(base).c.keys() if base in tables.dictionary.tables else ()


def _complete(
    connection: Connection, inspector: Inspector, base: str, table: Table, in_use: Container[str] | None
) -> None:
    present: Mapping[str, Any] = {column["name"]: column["type"] for column in inspector.get_columns(table.name)}
    for column in table.columns:
        if column.name not in present:
            add_column(connection, table, column)
            if column.name == CLASS:  # the first table extends it: what it holds is of its own class
                connection.execute(table.update().values({CLASS: base}))
        elif not _alike(connection, present[column.name], column):
            if in_use is None or column.name in in_use:
                raise StoredOtherwise(table, column, present[column.name])
            drop_column(connection, table, column)
            add_column(connection, table, column)
    indexes = {index["name"] for index in inspector.get_indexes(table.name)}
    for index in table.indexes:
        if index.name not in indexes:
            index.create(connection)


def add_column(connection: Connection, table: Table, column: Column[Any]) -> None:
    definition = CreateColumn(column).compile(dialect=connection.dialect)
    name = connection.dialect.identifier_preparer.format_table(table)
    connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN {definition}")


def drop_column(connection: Connection, table: Table, column: Column[Any]) -> None:
    quote = connection.dialect.identifier_preparer
    connection.exec_driver_sql(f"ALTER TABLE {quote.format_table(table)} DROP COLUMN {quote.format_column(column)}")


def _alike(connection: Connection, present: Any, column: Column[Any]) -> bool:
    in_ddl = connection.dialect.type_compiler_instance.process
    return _plain(in_ddl(present)) == _plain(in_ddl(column.type))


def _plain(sql_type: str) -> str:
    """A type without its collation and length, which databases report as they like."""
    return sql_type.partition(" COLLATE")[0].partition("(")[0].strip().upper()

"""Brings a database into line with a dictionary: what is missing is made, and nothing is ever changed."""

from collections.abc import Mapping
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
    """A column holds values that the dictionary's type of it cannot be read from; ``what`` says which."""

    def __init__(self, table: Table, column: Column[Any], stored: object) -> None:
        self.what = f"{table.name}.{column.name} is stored as {stored} in this database"
        super().__init__(
            detail=f"{self.what}, which the dictionary now declares otherwise. Start with a new data folder, or with "
            "--fresh."
        )


def reconcile(connection: Connection, tables: RecordTables) -> bool:
    """Returns whether anything was missing.

    Raises StoredOtherwise when a column is stored in another way than the dictionary says.
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
            _complete(connection, inspector, base, table)
        else:
            table.create(connection)
    for base in unions:
        create_view(connection, tables, base)
    connection.execute(_SET_STRUCTURE, {"structure": wanted})
    return True


def _complete(connection: Connection, inspector: Inspector, base: str, table: Table) -> None:
    present: Mapping[str, Any] = {column["name"]: column["type"] for column in inspector.get_columns(table.name)}
    for column in table.columns:
        if column.name not in present:
            add_column(connection, table, column)
            if column.name == CLASS:  # the first table extends it: what it holds is of its own class
                connection.execute(table.update().values({CLASS: base}))
        elif not _alike(connection, present[column.name], column):
            raise StoredOtherwise(table, column, present[column.name])
    indexes = {index["name"] for index in inspector.get_indexes(table.name)}
    for index in table.indexes:
        if index.name not in indexes:
            index.create(connection)


def add_column(connection: Connection, table: Table, column: Column[Any]) -> None:
    definition = CreateColumn(column).compile(dialect=connection.dialect)
    name = connection.dialect.identifier_preparer.format_table(table)
    connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN {definition}")


def _alike(connection: Connection, present: Any, column: Column[Any]) -> bool:
    in_ddl = connection.dialect.type_compiler_instance.process
    return _plain(in_ddl(present)) == _plain(in_ddl(column.type))


def _plain(sql_type: str) -> str:
    """A type without its collation and length, which databases report as they like."""
    return sql_type.partition(" COLLATE")[0].partition("(")[0].strip().upper()

"""Tables that show the records of several others together: SQL views, made anew whenever a structure changes."""

from typing import Any

from sqlalchemy import Connection, Label, Select, cast, literal, null, select, union_all

from .columns import SQL_TYPES
from .tables import CLASS, RecordTables

SHOWN_NAME = "sys_name"
"""The field that gives each record's display value."""


def create_view(connection: Connection, tables: RecordTables, table: str) -> None:
    """Create the view behind a table that is declared as ``union_of`` others."""
    name = connection.dialect.identifier_preparer.format_table(tables.sql_table(table))
    members = [_records(tables, table, member) for member in tables.dictionary.table(table).union_of]
    query = union_all(*members).compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
    connection.exec_driver_sql(f"CREATE VIEW {name} AS {query}".replace("%%", "%"))


def _records(tables: RecordTables, table: str, member: str) -> Select[Any]:
    """The member's records in the columns of the union."""
    columns = (_column(tables, table, member, element) for element in tables.dictionary.fields(table))
    source = tables.sql_table(member)
    return select(*columns).select_from(source).where(tables.of_class(member, source))


def _column(tables: RecordTables, table: str, member: str, element: str) -> Label[Any]:
    own = tables.dictionary.display_element(member) if element == SHOWN_NAME else element
    name = tables.column_name(member, own)
    label = str(tables.column_name(table, element))
    storage = tables.dictionary.fields(table)[element].type.storage
    if name is None:
        missing = literal(member) if element == CLASS else null()
        return cast(missing, SQL_TYPES[storage]).label(label)
    return tables.sql_table(member).c[name].label(label)

"""The tables and fields that a user declares, brought into the instance at its start and after a restore.

Only ever added: what stands there already, and whatever was made of it, is left as it is.
"""

from collections.abc import Mapping
from functools import cache

from sqlalchemy import Connection, select

from ..dictionary.declaration import load_schema
from ..dictionary.model import Dictionary
from ..dictionary.rows import rows_of
from ..dictionary.tables_file import with_tables
from ..records.gate import Gate
from ..settings import Settings
from ..store.store import Native
from ..store.tables import RecordTables
from .fill import AUTHOR
from .records import stamped
from .rows import Row, Rows, write_rows

KEYS: Mapping[str, tuple[str, ...]] = {
    "sys_db_object": ("name",),
    "sys_dictionary": ("name", "element"),
    "sys_dictionary_override": ("name", "element"),
    "sys_documentation": ("name", "element"),
    "sys_choice": ("name", "element", "value"),
    "sys_number": ("table",),
}
"""What makes a row of the dictionary the same as another."""


def declared_schema(settings: Settings) -> Dictionary:
    """The instance's own schema, with the user's tables. Raises RefusedToStart for a file that makes no sense."""
    return load_schema() if settings.tables is None else with_tables(load_schema(), settings.tables)


def write_tables(gate: Gate) -> bool:
    """Add what is declared and not there yet; returns whether anything was missing."""
    schema = gate.schema
    if schema is load_schema():
        return False
    own = _own_rows(schema)
    with gate.store.writing() as connection:
        tables = gate.store.tables(schema)
        missing = {table: _missing(connection, tables, table, rows) for table, rows in own.items()}
        if not any(missing.values()):
            return False
        write_rows(connection, tables, {table: stamped(rows, AUTHOR) for table, rows in missing.items()})
        gate.store.reconcile(schema, connection)
        gate.store.begin_version(connection, dictionary=True)
    return True


def _own_rows(schema: Dictionary) -> Mapping[str, Rows]:
    """The rows that the instance's own schema does not have."""
    known = _known_keys()
    return {
        table: [row for row in rows if (table, _key(table, row)) not in known]
        for table, rows in rows_of(schema).tables.items()
    }


@cache
def _known_keys() -> frozenset[tuple[str, tuple[Native, ...]]]:
    rows = rows_of(load_schema()).tables
    return frozenset((table, _key(table, row)) for table, each in rows.items() for row in each)


def _key(table: str, row: Row) -> tuple[Native, ...]:
    return tuple(row.get(element) for element in KEYS[table])


def _missing(connection: Connection, tables: RecordTables, table: str, rows: Rows) -> Rows:
    source = tables.sql_table(table)
    columns = [source.c[tables.column_name(table, element) or element] for element in KEYS[table]]
    names = {row[KEYS[table][0]] for row in rows}
    present = {tuple(found) for found in connection.execute(select(*columns).where(columns[0].in_(names)))}
    return [row for row in rows if _key(table, row) not in present]

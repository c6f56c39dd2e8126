"""A database that an earlier version has filled, brought up to what this one declares.

Its structure follows the dictionary, and its dictionary the structure, in one transaction: rules are compiled from the
dictionary's rows, and could not be without the tables they are about. Of the seed a new table gets the records that it
is born with. What was there stays as it is, and what somebody has removed stays away.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from ..dictionary.declaration import GLOBAL_SCOPE, load_schema
from ..dictionary.model import Dictionary
from ..dictionary.rows import rows_of
from ..store.store import Store
from ..store.tables import KEY, RecordTables
from .application import NAMED_BY
from .entries import read_data
from .fill import APP, AUTHOR, EVERYWHERE
from .records import SeedRows, stamped
from .rows import Row, Rows, write_rows
from .state_models import state_models

RULES, ROLES_OF_RULES = "sys_security_acl", "sys_security_acl_role"


def fit(store: Store, schema: Dictionary) -> bool:
    """Make what is declared and not there yet; returns whether anything was missing. Raises RefusedToStart."""
    with store.writing() as connection:
        changed = store.reconcile(schema, connection)
        if changed:
            _upgrade(store, connection, store.tables(schema))
    return changed


@dataclass(frozen=True)
class _Missing:
    """What the database's dictionary does not know."""

    tables: frozenset[str]
    fields: frozenset[tuple[str, str]]
    """Of tables that it knows."""

    def describes(self, table: str, row: Row) -> bool:
        """Whether a row of the dictionary's table ``table`` is about anything of it."""
        name = str(row[NAMED_BY.get(table, "name")])
        return name in self.tables or (name, str(row.get("element") or "")) in self.fields


def _upgrade(store: Store, connection: Connection, tables: RecordTables) -> None:
    schema = load_schema()
    known = set(connection.scalars(select(tables.sql_table("sys_db_object").c.name)))
    if not known:
        return  # nobody has filled it yet
    scopes = {GLOBAL_SCOPE, *(schema.table(name).scope for name in known if name in schema.tables)}
    missing = _missing(connection, tables, schema, known, scopes)
    wanted = {**_describing(schema, missing), **_records(schema, missing, scopes)}
    new = {table: _absent(connection, tables, table, rows) for table, rows in wanted.items()}
    if any(new.values()):
        write_rows(connection, tables, new)
        store.begin_version(connection, dictionary=True)


def _missing(
    connection: Connection, tables: RecordTables, schema: Dictionary, known: set[str], scopes: set[str]
) -> _Missing:
    """An app that is not installed is not missing."""
    entries = tables.sql_table("sys_dictionary").c
    present = {tuple(each) for each in connection.execute(select(entries.name, entries.element))}
    declared = {name: table for name, table in schema.tables.items() if table.scope in scopes}
    fields = {(name, element) for name, table in declared.items() if name in known for element in table.fields}
    return _Missing(frozenset(declared.keys() - known), frozenset(fields - present))


def _describing(schema: Dictionary, missing: _Missing) -> Mapping[str, Rows]:
    return {
        table: stamped([row for row in rows if missing.describes(table, row)], AUTHOR)
        for table, rows in rows_of(schema).tables.items()
    }


def _records(schema: Dictionary, missing: _Missing, scopes: set[str]) -> Mapping[str, Rows]:
    """What the seed has for every instance in the new tables, and the access rules about these; no secrets."""
    if not missing.tables:
        return {}
    seed = SeedRows(schema, AUTHOR)
    for name in (*EVERYWHERE, *(["m365ticket"] if APP in scopes else [])):
        seed.add(read_data(name))
    seed.add(state_models())
    rows = seed.by_table()
    found: dict[str, Rows] = {table: rows[table] for table in rows if table in missing.tables}
    rules = [row for row in rows[RULES] if str(row["name"]).partition(".")[0] in missing.tables]
    keys = {row[KEY] for row in rules}
    return {**found, RULES: rules, ROLES_OF_RULES: [row for row in rows[ROLES_OF_RULES] if row[RULES] in keys]}


def _absent(connection: Connection, tables: RecordTables, table: str, rows: Rows) -> Rows:
    """Those whose sys_ids nobody has."""
    key = tables.sql_table(table).c[KEY]
    taken = {sys_id for part in _parts(rows) for sys_id in connection.scalars(select(key).where(key.in_(part)))}
    return [row for row in rows if row[KEY] not in taken]


def _parts(rows: Rows) -> Iterator[list[object]]:
    keys: list[object] = [row[KEY] for row in rows]
    yield from (keys[start : start + 500] for start in range(0, len(keys), 500))

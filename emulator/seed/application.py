"""Installing a store app on a running instance, and removing it: what its seed data and its part of the schema declare.

Records are written in bulk and not one by one through the gate: a dictionary of half a table would make no sense. The
caller has been judged by then, and everything happens in one transaction of the gate's.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, delete, select

from ..dictionary.declaration import load_schema
from ..dictionary.model import Dictionary
from ..dictionary.rows import DICTIONARY_TABLES, rows_of
from ..records.gate import Gate
from ..store.tables import KEY, RecordTables, record_tables
from .entries import read_data
from .fill import AUTHOR
from .records import SeedRows, stamped
from .rows import Rows, write_rows

NAMED_BY = {"sys_number": "table"}
"""The field by which a dictionary row names its table, where it is not ``name``."""

MOST_AT_ONCE = 500
"""Values in one statement; a database takes only so many parameters."""

OF_ROLES = {
    "sys_user_has_role": ("role",),
    "sys_group_has_role": ("role",),
    "sys_user_role_contains": ("role", "contains"),
    "sys_security_acl_role": ("sys_user_role",),
}
OF_SCOPE = {
    "sys_scope_privilege": ("source_scope", "target_scope"),
    "sys_restricted_caller_access": ("source_scope", "target_scope"),
}


class SeedInstaller:
    """Knows each app by its scope; its records lie in ``data/NAME.toml``, where NAME is the scope's last word."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._store = gate.store

    def install(self, scope: str, version: str, moment: datetime) -> None:
        """Bring the app's tables, scope, roles and access rules. What was left of an earlier one gives way."""
        schema = load_schema()
        with self._gate.transaction() as transaction:
            tables = record_tables(schema)
            stored = _Stored(transaction.connection, tables)
            by_table = {**_dictionary_rows(schema, scope), **_records(schema, scope, stored)}
            by_table["sys_store_app"] = [
                {**row, "version": version, "install_date": moment} for row in by_table["sys_store_app"]
            ]
            for table, rows in by_table.items():
                stored.delete(table, KEY, [row[KEY] for row in rows])
            write_rows(transaction.connection, tables, by_table)
            self._store.begin_version(transaction.connection, dictionary=True)

    def uninstall(self, scope: str) -> None:
        """Remove the app with its tickets, and the OAuth entity and the tokens that its checklist led to."""
        schema = load_schema()
        names = [name for name, table in schema.tables.items() if table.scope == scope]
        with self._gate.transaction() as transaction:
            stored = _Stored(transaction.connection, record_tables(schema))
            entities = stored.values(f"{scope}_setup", "oauth_entity")
            stored.delete("oauth_credential", "oauth_entity", entities)
            stored.delete("oauth_entity", KEY, entities)
            stored.delete("sys_journal_field", "name", names)
            stored.delete("sys_attachment", "table_name", names)
            for name in names:
                stored.delete_all(name)
            for table in sorted(DICTIONARY_TABLES):
                stored.delete(table, NAMED_BY.get(table, "name"), names)
            _delete_policy(stored, scope)
            self._store.begin_version(transaction.connection, dictionary=True)


def _dictionary_rows(schema: Dictionary, scope: str) -> dict[str, Rows]:
    names = {name for name, table in schema.tables.items() if table.scope == scope}
    return {
        table: stamped([row for row in rows if row[NAMED_BY.get(table, "name")] in names], AUTHOR)
        for table, rows in rows_of(schema).tables.items()
    }


def _records(schema: Dictionary, scope: str, stored: "_Stored") -> dict[str, Rows]:
    def known(table: str, element: str, key: str) -> str | None:
        found = stored.values(table, KEY, where=(element, key))
        return str(found[0]) if found else None

    seed = SeedRows(schema, AUTHOR, known)
    seed.add(read_data(scope.rpartition("_")[2]))
    return dict(seed.by_table())


def _delete_policy(stored: "_Stored", scope: str) -> None:
    """The app's access rules and roles, and wherever somebody was given one."""
    scopes = stored.values("sys_scope", KEY, where=("scope", scope))
    rules = stored.beginning("sys_security_acl", "name", scope)
    stored.delete("sys_security_acl_role", "sys_security_acl", rules)
    stored.delete("sys_security_acl", KEY, rules)
    roles = stored.beginning("sys_user_role", "name", f"{scope}.")
    for table, elements in OF_ROLES.items():
        for element in elements:
            stored.delete(table, element, roles)
    for table, elements in OF_SCOPE.items():
        for element in elements:
            stored.delete(table, element, scopes)
    stored.delete("sys_user_role", KEY, roles)
    stored.delete("sys_script", "sys_scope", scopes)
    stored.delete("sys_scope", KEY, scopes)


class _Stored:
    """The stored records of one transaction, many at a time."""

    def __init__(self, connection: Connection, tables: RecordTables) -> None:
        self._connection = connection
        self._tables = tables

    def values(self, table: str, element: str, where: tuple[str, str] | None = None) -> list[Any]:
        """What a field holds wherever it holds anything; of the records whose other field has a value, if given."""
        statement = select(self._column(table, element))
        if where is not None:
            statement = statement.where(self._column(table, where[0]) == where[1])
        return [value for value in self._connection.scalars(statement) if value]

    def beginning(self, table: str, element: str, start: str) -> list[str]:
        """The sys_ids of the records whose field begins so."""
        found = self._column(table, element).startswith(start, autoescape=True)
        return [str(each) for each in self._connection.scalars(select(self._column(table, KEY)).where(found))]

    def delete(self, table: str, element: str, values: Sequence[Any]) -> None:
        """The records whose field holds one of the values."""
        for start in range(0, len(values), MOST_AT_ONCE):
            found = self._column(table, element).in_(values[start : start + MOST_AT_ONCE])
            self._connection.execute(delete(self._tables.sql_table(table)).where(found))

    def delete_all(self, table: str) -> None:
        source = self._tables.sql_table(table)
        self._connection.execute(delete(source).where(self._tables.of_class(table, source)))

    def _column(self, table: str, element: str) -> Column[Any]:
        column = self._tables.column_name(table, element)
        if column is None:
            raise LookupError(f"{table} has no field {element}")
        return self._tables.sql_table(table).c[column]

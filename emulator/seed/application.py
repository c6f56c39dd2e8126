"""Installing a store app on a running instance, and removing it: what its seed data and its part of the schema declare.

Records are written in bulk and not one by one through the gate: a dictionary of half a table would make no sense. The
caller has been judged by then, and everything happens in one transaction of the gate's.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from ...shared.ids import Ids
from ..dictionary.declaration import load_schema
from ..dictionary.model import Dictionary
from ..dictionary.rows import DICTIONARY_TABLES, rows_of
from ..records.gate import Gate, Transaction
from ..records.snapshot import next_version
from ..store.tables import KEY, RecordTables, record_tables
from .fill import AUTHOR
from .records import SeedRows, read_data, stamped
from .rows import Rows, write_rows

NAMED_BY = {"sys_number": "table"}
"""The field by which a dictionary row names its table, where it is not ``name``."""

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
            by_table = {**self._dictionary_rows(schema, scope), **self._records(schema, scope, transaction)}
            by_table["sys_store_app"] = [
                {**row, "version": version, "install_date": moment} for row in by_table["sys_store_app"]
            ]
            for table, rows in by_table.items():
                self._delete(transaction.connection, tables, table, KEY, [row[KEY] for row in rows])
            write_rows(transaction.connection, tables, by_table)
            self._start_version(transaction)

    def uninstall(self, scope: str) -> None:
        """Remove the app with its tickets, and the OAuth entity and the tokens that its checklist led to."""
        schema = load_schema()
        names = [name for name, table in schema.tables.items() if table.scope == scope]
        with self._gate.transaction() as transaction:
            connection, tables = transaction.connection, record_tables(schema)
            entities = self._values(connection, tables, f"{scope}_setup", "oauth_entity")
            self._delete(connection, tables, "oauth_credential", "oauth_entity", entities)
            self._delete(connection, tables, "oauth_entity", KEY, entities)
            self._delete(connection, tables, "sys_journal_field", "name", names)
            self._delete(connection, tables, "sys_attachment", "table_name", names)
            for name in names:
                connection.execute(delete(source := tables.sql_table(name)).where(tables.of_class(name, source)))
            for table in sorted(DICTIONARY_TABLES):
                self._delete(connection, tables, table, NAMED_BY.get(table, "name"), names)
            self._delete_policy(connection, tables, scope)
            self._start_version(transaction)

    def _dictionary_rows(self, schema: Dictionary, scope: str) -> dict[str, Rows]:
        names = {name for name, table in schema.tables.items() if table.scope == scope}
        return {
            table: stamped([row for row in rows if row[NAMED_BY.get(table, "name")] in names], AUTHOR)
            for table, rows in rows_of(schema).tables.items()
        }

    def _records(self, schema: Dictionary, scope: str, transaction: Transaction) -> dict[str, Rows]:
        connection, tables = transaction.connection, record_tables(schema)

        def known(table: str, element: str, key: str) -> str | None:
            found = self._values(connection, tables, table, KEY, where=(element, key))
            return str(found[0]) if found else None

        seed = SeedRows(schema, AUTHOR, known)
        seed.add(read_data(scope.rpartition("_")[2]))
        return dict(seed.by_table())

    def _delete_policy(self, connection: Connection, tables: RecordTables, scope: str) -> None:
        """The app's access rules and roles, and wherever somebody was given one."""
        scopes = self._values(connection, tables, "sys_scope", KEY, where=("scope", scope))
        rules = self._beginning(connection, tables, "sys_security_acl", "name", scope)
        self._delete(connection, tables, "sys_security_acl_role", "sys_security_acl", rules)
        self._delete(connection, tables, "sys_security_acl", KEY, rules)
        roles = self._beginning(connection, tables, "sys_user_role", "name", f"{scope}.")
        for table, elements in OF_ROLES.items():
            for element in elements:
                self._delete(connection, tables, table, element, roles)
        for table, elements in OF_SCOPE.items():
            for element in elements:
                self._delete(connection, tables, table, element, scopes)
        self._delete(connection, tables, "sys_user_role", KEY, roles)
        self._delete(connection, tables, "sys_script", "sys_scope", scopes)
        self._delete(connection, tables, "sys_scope", KEY, scopes)

    def _start_version(self, transaction: Transaction) -> None:
        version = self._store.version(transaction.connection)
        self._store.touch(transaction.connection, next_version(version, Ids().token(12), dictionary=True))

    @staticmethod
    def _values(
        connection: Connection, tables: RecordTables, table: str, element: str, where: tuple[str, str] | None = None
    ) -> list[Any]:
        source = tables.sql_table(table)
        statement = select(source.c[_column(tables, table, element)])
        if where is not None:
            statement = statement.where(source.c[_column(tables, table, where[0])] == where[1])
        return [value for value in connection.scalars(statement) if value]

    @staticmethod
    def _beginning(connection: Connection, tables: RecordTables, table: str, element: str, start: str) -> list[str]:
        source = tables.sql_table(table)
        column = source.c[_column(tables, table, element)]
        found = connection.scalars(select(source.c[KEY]).where(column.startswith(start, autoescape=True)))
        return [str(each) for each in found]

    @staticmethod
    def _delete(connection: Connection, tables: RecordTables, table: str, element: str, values: Sequence[Any]) -> None:
        if values:
            source = tables.sql_table(table)
            column = source.c[_column(tables, table, element)]
            for start in range(0, len(values), 500):
                connection.execute(delete(source).where(column.in_(values[start : start + 500])))


def _column(tables: RecordTables, table: str, element: str) -> str:
    column = tables.column_name(table, element)
    if column is None:
        raise LookupError(f"{table} has no field {element}")
    return column

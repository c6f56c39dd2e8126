"""Fills an empty database, in one transaction and in bulk: a first start must be quick."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, Engine, select

from ...shared.ids import Ids
from ...shared.place import Image
from ..dictionary.declaration import GLOBAL_SCOPE
from ..dictionary.model import Dictionary
from ..dictionary.rows import rows_of
from ..identity.passwords import Passwords
from ..releases import Release, release_named
from ..settings import Settings
from ..store.store import Native, Store
from ..store.tables import CLASS, RecordTables
from .addresses import own_properties
from .records import Entry, SeedRows, read_data, stamped

AUTHOR = "admin"
APP = "x_mioms_m365ticket"
APP_NEEDS = "kingston"
"""The connector's app installs on Kingston or later (security-center, D)."""

EVERYWHERE = ("base", "sso", "access", "table_access", "oauth", "identity")
DEMO = ("people", "work", "cmdb", "catalog", "development")
"""Files of ``data/``, which may name each other's records."""

ADMIN_SYS_ID = "6816f79cc0a8016401c5a33be04be441"
"""The administrator's sys_id, the same on every instance (rest 11)."""

Rows = Sequence[Mapping[str, Native]]


def seed_image(settings: Settings, engine: Engine) -> Image:
    """The image that a reset returns to."""
    return settings.records_place.image(engine, settings.data / "seed" / "emulator.db", "seed")


def is_filled(store: Store, dictionary: Dictionary) -> bool:
    """Whether the database has been filled before."""
    table = store.tables(dictionary).sql_table("sys_db_object")
    with store.reading() as connection:
        return connection.execute(select(table.c.sys_id).limit(1)).first() is not None


def fill(store: Store, dictionary: Dictionary, settings: Settings, *, passwords: Passwords, ids: Ids) -> None:
    """Write the seed that the settings name. The tables must exist and be empty."""
    seed = SeedRows(dictionary, AUTHOR)
    release = release_named(settings.release)
    seed.add({"sys_scope": [{"scope": GLOBAL_SCOPE, "sys_id": GLOBAL_SCOPE, "name": "Global", "version": "1.0"}]})
    for name in EVERYWHERE:
        seed.add(read_data(name))
    installed = release.is_at_least(APP_NEEDS)
    if installed:
        seed.add(read_data("m365ticket"))
    if settings.seed == "empty":
        seed.add({"sys_user": [_only_admin(settings, passwords, ids)]})
    else:
        for name in DEMO:
            seed.add(read_data(name))
    seed.add({"sys_properties": list(_properties(settings, release))})
    tables = store.tables(dictionary)
    with store.writing() as connection:
        present = dictionary if installed else without_scope(dictionary, APP)
        for table, rows in rows_of(present).tables.items():
            write_rows(connection, tables, {table: stamped(rows, AUTHOR)})
        write_rows(connection, tables, seed.by_table())
        store.touch(connection, Ids().token(12))  # unlike any other instance's, however its ids are drawn


def write_rows(connection: Connection, tables: RecordTables, by_table: Mapping[str, Rows]) -> None:
    """One statement for each SQL table and set of columns."""
    for table, rows in by_table.items():
        columns = {element: tables.column_name(table, element) for row in rows for element in row}
        batches: dict[frozenset[str], list[Mapping[str, Native]]] = defaultdict(list)
        class_column = tables.column_name(table, CLASS)
        for row in rows:
            values = {column: row[element] for element, column in columns.items() if column and element in row}
            if class_column:
                values[class_column] = table
            batches[frozenset(values)].append(values)
        for batch in batches.values():
            connection.execute(tables.sql_table(table).insert(), batch)


def without_scope(dictionary: Dictionary, scope: str) -> Dictionary:
    """The dictionary of an instance on which this app is not installed."""
    return Dictionary({name: table for name, table in dictionary.tables.items() if table.scope != scope})


def _properties(settings: Settings, release: Release) -> Iterator[Entry]:
    for name, value in {**release.default_properties, **own_properties(settings)}.items():
        yield {"name": name, "value": value, "type": "boolean" if value in {"true", "false"} else "string"}


def _only_admin(settings: Settings, passwords: Passwords, ids: Ids) -> Entry:
    """An administrator with a random password, told once in ``DIR/admin-password`` (mode 0600)."""
    password = ids.token(18)
    path = settings.data / "admin-password"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{password}\n")
    return {
        "user_name": "admin",
        "sys_id": ADMIN_SYS_ID,
        "first_name": "System",
        "last_name": "Administrator",
        "email": "admin@example.com",
        "user_password": passwords.hash(password),
        "_roles": ["admin", "security_admin"],
    }

"""Fills an empty database, in one transaction and in bulk: a first start must be quick."""

import os
from collections.abc import Iterator

from sqlalchemy import Engine, select

from ...shared.place import Image
from ...shared.seeds import Seed
from ..dictionary.declaration import GLOBAL_SCOPE
from ..dictionary.model import Dictionary
from ..dictionary.rows import rows_of
from ..records.attachment_rules import TABLE as ATTACHMENTS
from ..releases import Release, release_named
from ..settings import Settings
from ..store.contents import Contents
from ..store.store import Store
from .addresses import own_properties
from .attached import keep_files
from .entries import Entry, read_data
from .files import read_file
from .records import SeedRows, stamped
from .rows import write_rows
from .secrets import Secrets, keep_secrets
from .state_models import state_models
from .volume import Tell, write_volume

AUTHOR = "admin"
APP = "x_mioms_m365ticket"
APP_NEEDS = "kingston"
"""The connector's app installs on Kingston or later (security-center, D)."""

EVERYWHERE = ("base", "sso", "access", "table_access", "oauth", "identity", "behaviour")
DEMO = ("people", "work", "files", "imports", "cmdb", "catalog", "development")
"""Files of ``data/``, which may name each other's records."""

ADMIN_SYS_ID = "6816f79cc0a8016401c5a33be04be441"
"""The administrator's sys_id, the same on every instance (rest 11)."""


def seed_image(settings: Settings, engine: Engine) -> Image:
    """The image that a reset returns to."""
    return settings.records_place.image(engine, settings.data / "seed" / "emulator.db", "seed")


def is_filled(store: Store, dictionary: Dictionary) -> bool:
    """Whether the database has been filled before."""
    table = store.tables(dictionary).sql_table("sys_db_object")
    with store.reading() as connection:
        return connection.execute(select(table.c.sys_id).limit(1)).first() is not None


def fill(
    store: Store, dictionary: Dictionary, settings: Settings, secrets: Secrets, contents: Contents, tell: Tell
) -> None:
    """Write the seed that the settings name, attached files to ``contents``. The tables must exist and be empty.

    Raises RefusedToStart where a person's own records are wrong; nothing is written then.
    """
    release = release_named(settings.release)
    installed = release.is_at_least(APP_NEEDS)
    wanted = Seed.read(settings.seed)
    seed = SeedRows(dictionary, AUTHOR)
    seed.add({"sys_scope": [{"scope": GLOBAL_SCOPE, "sys_id": GLOBAL_SCOPE, "name": "Global", "version": "1.0"}]})
    for name in _files(wanted, installed=installed):
        seed.add(read_data(name))
    seed.add(state_models())
    if wanted.is_empty:
        seed.add({"sys_user": [_only_admin(settings, secrets)]})
    seed.add({"sys_properties": list(_properties(settings, release))})
    if wanted.file:
        seed.add(*read_file(wanted.file))
    by_table = seed.by_table()
    keep_files(seed.entries(ATTACHMENTS), contents)
    tables = store.tables(dictionary)
    with store.writing() as connection:
        present = dictionary if installed else without_scope(dictionary, APP)
        for table, rows in rows_of(present).tables.items():
            write_rows(connection, tables, {table: stamped(rows, AUTHOR)})
        for table, rows in by_table.items():
            write_rows(connection, tables, {table: keep_secrets(dictionary, table, rows, secrets)})
        store.reserve_numbers(connection, seed.last_numbers())
        if wanted.volume:
            people = [str(row["sys_id"]) for row in by_table["sys_user"]]
            write_volume(store, connection, tables, wanted.volume, people, tell)
        store.begin_version(connection, dictionary=True)


def _files(wanted: Seed, *, installed: bool) -> Iterator[str]:
    yield from EVERYWHERE
    if installed:
        yield "m365ticket"
    if not wanted.is_empty:
        yield from DEMO


def without_scope(dictionary: Dictionary, scope: str) -> Dictionary:
    """The dictionary of an instance on which this app is not installed."""
    return Dictionary({name: table for name, table in dictionary.tables.items() if table.scope != scope})


def _properties(settings: Settings, release: Release) -> Iterator[Entry]:
    for name, value in {**release.default_properties, **own_properties(settings)}.items():
        yield {"name": name, "value": value, "type": "boolean" if value in {"true", "false"} else "string"}


def _only_admin(settings: Settings, secrets: Secrets) -> Entry:
    """An administrator with the settings' password, or a random one that ``DIR/admin-password`` (mode 0600) tells."""
    path = settings.data / "admin-password"
    path.unlink(missing_ok=True)
    password = settings.admin_password.reveal()
    if not password:
        password = secrets.ids.token(18)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{password}\n")
    return {
        "user_name": "admin",
        "sys_id": ADMIN_SYS_ID,
        "first_name": "System",
        "last_name": "Administrator",
        "email": "admin@example.com",
        "user_password": secrets.passwords.hash(password),
        "_roles": ["admin", "security_admin"],
    }

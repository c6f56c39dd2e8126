"""The database is built by migrations, and they build exactly what the models say."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from ticketlab.connector.database import db
from ticketlab.connector.migrations.commands import with_migrations
from ticketlab.connector.start import MIGRATIONS, head
from ticketlab.connector.testing import engine_of, make_tenant
from ticketlab.shared.lab_state import metadata as lab_metadata


@pytest.fixture
def built(tmp_path: Path) -> Flask:
    return with_migrations(make_tenant(tmp_path))


def schema_of(tenant: Flask) -> dict[str, str]:
    database = engine_of(tenant).url.database
    assert database is not None
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: " ".join(sql.split()) for name, sql in rows}


def test_there_is_one_line_of_migrations_and_its_end_is_known_without_alembic() -> None:
    """The start compares file numbers; Alembic would say the same."""
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [head()]


def test_the_migrated_database_is_what_the_models_say(built: Flask) -> None:
    engine = engine_of(built)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, [db.metadata, lab_metadata]) == []  # type: ignore[arg-type]
    engine.dispose()


def test_each_step_goes_back_and_forth(built: Flask) -> None:
    before = schema_of(built)
    with built.app_context():
        downgrade(directory=str(MIGRATIONS), revision="base")
        assert set(schema_of(built)) <= {"alembic_version", "sqlite_sequence"}
        upgrade(directory=str(MIGRATIONS))
    assert schema_of(built) == before
    engine_of(built).dispose()

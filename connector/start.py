"""Bringing a tenant's database up to date when the app starts: migrated, seeded, and with a state to return to."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, create_engine, inspect, text

from ..shared.clock import Clock
from ..shared.data_folder import one_at_a_time
from ..shared.database import reading
from ..shared.logs import log
from ..shared.place import Image
from .database import writing_session
from .directory.models import DirectoryUser
from .directory.seed import seed_directory
from .settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"


def prepare_database(app: Flask, engine: Engine, settings: Settings, clock: Clock) -> None:
    """Migrate and seed the database if need be; several processes may start at once, one does the work."""
    if _is_ready(engine, settings):
        return
    with one_at_a_time(settings.data / "connector.lock"):
        image = seed_image(settings, engine)
        if _revision(engine) is None and image.exists():  # somebody has removed the database alone
            image.restore()
        migrate_when_older(app, engine)
        if not image.exists():
            _seed(engine, settings, clock)
            image.save()


def migrate_when_older(app: Flask, engine: Engine) -> None:
    """Bring the tables up to date: of a first start, of an older version, or of an image that such a one kept."""
    if _revision(engine) != head():
        _migrate(app)


def prepare_in_another_process(settings: Settings, prepare: Callable[[], object]) -> None:
    """Do a server's first start apart: Alembic would stay in its memory for good, and is needed once.

    A forked process has everything imported already. What goes wrong there goes wrong here again, and is told then.
    """
    kept = _revision_of_server if settings.database else _revision_of_file
    if kept(settings) == head():
        return
    from multiprocessing import get_context

    child = get_context("fork").Process(target=prepare, name="first start")
    child.start()
    child.join()


def seed_image(settings: Settings, engine: Engine) -> Image:
    """The image that a reset returns to."""
    return settings.place.image(engine, settings.data / "connector-seed.db", "seed")


def head() -> str:
    """The newest migration, by its file's number: asking Alembic would cost a fifth of a second at every start."""
    return max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _is_ready(engine: Engine, settings: Settings) -> bool:
    return _revision(engine) == head() and seed_image(settings, engine).exists()


def _revision(engine: Engine) -> str | None:
    if not inspect(engine).has_table("alembic_version"):
        return None
    with reading(engine) as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found is not None else None


def _revision_of_file(settings: Settings) -> str | None:
    path = settings.place.file
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None
    return str(row[0]) if row else None


def _revision_of_server(settings: Settings) -> str | None:
    """On an engine of its own that is gone before anything is forked: two processes must not share a connection."""
    engine = create_engine(**settings.place.binding)
    try:
        settings.place.install(engine, durable=settings.durable)
        return _revision(engine)
    finally:
        engine.dispose()


def _migrate(app: Flask) -> None:
    from flask_migrate import upgrade

    from .migrations.commands import with_migrations

    log().debug("database.migrating", to=head())
    with with_migrations(app).app_context():
        upgrade(directory=str(MIGRATIONS))


def _seed(engine: Engine, settings: Settings, clock: Clock) -> None:
    with writing_session(engine) as session:
        if session.query(DirectoryUser).first() is None:
            seed_directory(session, settings, clock.now())

"""Opening an instance's databases, and filling them at the first start."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import Connection, Engine, MetaData, inspect

from ..shared import lab_state
from ..shared.clock import Clock, ClockSetting
from ..shared.data_folder import make_folder
from ..shared.database import reading, writer_to, writing
from ..shared.facts import fact
from ..shared.progress import tell_progress
from ..shared.time_limit import install_time_limit
from ..shared.view import known
from .database import Base, LabBase, db
from .dictionary.model import Dictionary
from .records.decision_log import DecisionLog
from .seed import Secrets, fill, fit, is_filled, seed_image
from .settings import Settings
from .store.contents import Contents
from .store.reconcile import add_column
from .store.store import Store

CLOCK = "clock"
"""The clock's setting among what a request knows of its database."""


@dataclass(frozen=True)
class Databases:
    """The records' engine and store, and the lab's engine."""

    engine: Engine
    lab_engine: Engine
    store: Store

    def clock_setting(self) -> ClockSetting:
        """How the instance's clock differs from the machine's; the same for every process of it."""
        writer = writer_to(self.engine)
        if writer is not None:
            return fact(writer, CLOCK, lab_state.read_clock)
        setting: ClockSetting | None = known(self.engine, CLOCK)
        if setting is not None:
            return setting
        with reading(self.engine) as connection:
            return fact(connection, CLOCK, lab_state.read_clock)

    def decision_log(self, clock: Clock) -> DecisionLog:
        return DecisionLog(self.lab_engine, clock)


def open_databases(app: Flask, settings: Settings) -> Databases:
    """Connect to ``DIR/emulator.db`` and ``DIR/lab.db``, or to their schemas on a server.

    Raises RefusedToStart when the folder cannot be written or the server does not let us in.
    """
    make_folder(settings.data)
    records, notes = settings.records_place, settings.lab_place
    app.config["SQLALCHEMY_BINDS"] = {None: records.binding, "lab": notes.binding}
    db.init_app(app)
    with app.app_context():
        engine, lab_engine = db.engines[None], db.engines["lab"]
    install_time_limit(engine)  # not the other: what is noted of a write that was done must not fail it
    records.install(engine, durable=settings.durable)
    notes.install(lab_engine, durable=False)  # notes about requests; a power cut may take the last ones
    return Databases(engine, lab_engine, Store(engine))


@contextmanager
def let_go_when_refused(databases: Databases) -> Iterator[None]:
    """A start that is refused leaves nothing connected: a process may go on without the app, as tests do."""
    try:
        yield
    except Exception:  # whatever it was: it is raised again
        databases.engine.dispose()
        databases.lab_engine.dispose()
        raise


def make_tables(databases: Databases, schema: Dictionary) -> None:
    """Create what is missing, additively: record tables, and the tables beside them. Raises RefusedToStart."""
    with writing(databases.engine) as connection:
        _create_missing(connection, Base.metadata, lab_state.metadata)
    with writing(databases.lab_engine) as connection:
        _create_missing(connection, LabBase.metadata)
        _complete_notes(connection)
    fit(databases.store, schema)


def _create_missing(connection: Connection, *kinds: MetaData) -> None:
    """As ``create_all``, but with one question about what is there, not one for each table."""
    present = set(inspect(connection).get_table_names())
    for tables in kinds:
        missing = [table for table in tables.sorted_tables if table.name not in present]
        tables.create_all(connection, missing, checkfirst=False)


def _complete_notes(connection: Connection) -> None:
    """Add what a later version notes down besides, to the lab's database of an earlier one."""
    inspector = inspect(connection)
    for table in LabBase.metadata.sorted_tables:
        present = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in present:
                add_column(connection, table, column)


def fill_when_empty(
    databases: Databases, schema: Dictionary, settings: Settings, secrets: Secrets, contents: Contents
) -> None:
    """Write the seed at the first start, and keep an image of it for resets. Raises RefusedToStart."""
    image = seed_image(settings, databases.engine)
    filled = is_filled(databases.store, schema)
    if image.exists():
        if not filled:  # somebody has removed the database alone
            image.restore()
            fit(databases.store, schema)
        return
    if not filled:
        fill(databases.store, schema, settings, secrets, contents, tell_progress)
    image.save()

"""Opening an instance's databases, and filling them at the first start."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine

from ..shared import lab_state
from ..shared.clock import Clock, ClockSetting
from ..shared.database import install_sqlite, reading
from ..shared.errors import RefusedToStart
from ..shared.ids import Ids
from ..shared.seed_image import save_image
from .database import Base, LabBase, db
from .dictionary.model import Dictionary
from .identity.passwords import Passwords
from .records.decision_log import DecisionLog
from .seed import fill, image_path, is_filled
from .settings import Settings
from .store.store import Store


@dataclass(frozen=True)
class Databases:
    """The records' engine and store, and the lab's engine."""

    engine: Engine
    lab_engine: Engine
    store: Store

    def clock_setting(self) -> ClockSetting:
        """How the instance's clock differs from the machine's; the same for every process of it."""
        with reading(self.engine) as connection:
            return lab_state.read_clock(connection)

    def decision_log(self, clock: Clock) -> DecisionLog:
        return DecisionLog(self.lab_engine, clock)


def open_databases(app: Flask, settings: Settings) -> Databases:
    """Connect to ``DIR/emulator.db`` and ``DIR/lab.db``. Raises RefusedToStart when the folder cannot be written."""
    _make_folder(settings.data)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{(settings.data / 'emulator.db').resolve()}"
    app.config["SQLALCHEMY_BINDS"] = {"lab": f"sqlite:///{(settings.data / 'lab.db').resolve()}"}
    db.init_app(app)
    with app.app_context():
        engine, lab_engine = db.engines[None], db.engines["lab"]
    for each in (engine, lab_engine):
        install_sqlite(each)
    return Databases(engine, lab_engine, Store(engine))


def make_tables(databases: Databases, schema: Dictionary) -> None:
    """Create what is missing, additively: record tables, and the tables beside them."""
    Base.metadata.create_all(databases.engine)
    lab_state.metadata.create_all(databases.engine)
    LabBase.metadata.create_all(databases.lab_engine)
    databases.store.reconcile(schema)


def fill_when_empty(
    databases: Databases, schema: Dictionary, settings: Settings, passwords: Passwords, ids: Ids
) -> None:
    """Write the seed at the first start, and keep an image of it for resets."""
    if image_path(settings).exists():
        return
    if not is_filled(databases.store, schema):
        fill(databases.store, schema, settings, passwords=passwords, ids=ids)
    save_image(databases.engine, image_path(settings))


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that of several processes started together one prepares the data."""
    with (folder / "emulator.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = f"{error.strerror}. Give another folder with --data."
        raise RefusedToStart(f"Cannot write to {folder}", reason) from error

"""A SQLite file that this process uses alone: while it has no connection open, the content may simply be replaced.

That takes a tenth of the time of SQLite's backup, which must let others keep working meanwhile (seed_image.py).
"""

import shutil
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import Dialect, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from .view import end_view


class Openings:
    """The connections of an engine that are open, those included that are just being opened.

    They are known by their records in the pool, so that one that is lost with a pool, or breaks off while it is
    opened, is gone from here as well.
    """

    def __init__(self, engine: Engine) -> None:
        self._open: WeakSet[Any] = WeakSet()
        self.lock = Lock()
        event.listen(engine, "do_connect", self._opens)
        event.listen(engine, "close", self._closes)

    @property
    def are_none(self) -> bool:
        """True until the lock is released, if asked for while it is held."""
        return not self._open

    def _opens(self, _dialect: Dialect, record: ConnectionPoolEntry, *_arguments: Any) -> None:
        with self.lock:
            self._open.add(record)

    def _closes(self, _connection: Any, record: ConnectionPoolEntry) -> None:
        with self.lock:
            self._open.discard(record)


CHUNK = 256 * 1024

_openings: WeakKeyDictionary[Engine, Openings] = WeakKeyDictionary()


def use_alone(engine: Engine) -> None:
    """Say that no other process will use the engine's file. It has no connection open now."""
    if engine.dialect.name == "sqlite":
        _openings[engine] = Openings(engine)


def replace_content(engine: Engine, source: Path) -> bool:
    """Give the engine's file the content of another, or return False: others may use it, or somebody does just now."""
    openings = _openings.get(engine)
    if openings is None:
        return False
    end_view(engine)
    if isinstance(engine.pool, QueuePool) and engine.pool.checkedout():
        return False
    engine.dispose()
    with openings.lock:
        if not openings.are_none or not is_closed(database_file(engine)):
            return False
        overwrite(source, database_file(engine))
    return True


def database_file(engine: Engine) -> Path:
    assert engine.url.database is not None
    return Path(engine.url.database)


def is_closed(file: Path) -> bool:
    """Whether nobody, whoever it be, has read from the file or written to it and not closed it yet.

    SQLite removes a log with the last connection, when that has written all that it will.
    """
    return not Path(f"{file}-wal").exists()


def overwrite(source: Path, target: Path) -> None:
    """Give a file the content of another: in memory a third of the time that a new one would take."""
    with source.open("rb") as given, target.open("r+b") as taken:
        shutil.copyfileobj(given, taken, CHUNK)
        taken.truncate()

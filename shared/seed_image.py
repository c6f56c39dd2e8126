"""A copy of a whole SQLite database that a reset returns to, made and restored while the app keeps serving.

SQLite's online backup does both: it copies pages inside one transaction of the target, so other connections and
other processes see either the old database or the new one, and none has to reconnect.
"""

import sqlite3
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import Engine

from .errors import TicketlabError
from .facts import forget_facts
from .replacing import replacing
from .sole_use import replace_content

PATIENCE_SECONDS = 20.0
"""How long to wait for a writer that holds the database."""


class NoSeedImage(TicketlabError):
    """There is nothing to return to."""

    status = 409
    message = "There is no seed to return to"


class ImageNotPossible(TicketlabError):
    """The database cannot be copied, or stays busy."""

    status = 503
    message = "The database cannot be copied"


class FileImage:
    """The image in the file ``path`` of an engine's SQLite database."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path

    def exists(self) -> bool:
        return self._path.exists()

    def stamp(self) -> Hashable:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return str(self._path), found.st_ino, found.st_size, found.st_mtime_ns

    def save(self) -> None:
        save_image(self._engine, self._path)

    def restore(self) -> None:
        if not (self.exists() and replace_content(self._engine, self._path)):
            restore_image(self._engine, self._path)

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)


def save_image(engine: Engine, path: Path) -> None:
    """Keep the database's present state in the file ``path``, replacing an older image in one step."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        replacing(path) as unfinished,  # for its owner alone, since it holds password hashes
        _database(engine) as source,
        closing(sqlite3.connect(unfinished)) as target,
    ):
        _copy(source, target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, no companions to lose


def restore_image(engine: Engine, path: Path) -> None:
    """Make the database what it was when the image was saved. Raises NoSeedImage, ImageNotPossible."""
    if not path.exists():
        raise NoSeedImage(detail=f"{path} does not exist.")
    with (
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as source,
        _database(engine) as target,
    ):
        _copy(source, target)


@contextmanager
def _database(engine: Engine) -> Iterator[sqlite3.Connection]:
    """A driver's connection from the engine's pool, given back afterwards."""
    connection = engine.raw_connection()
    forget_facts(connection)
    try:
        yield cast("sqlite3.Connection", connection.driver_connection)
    finally:
        connection.close()


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    try:
        source.backup(target, progress=_patience(), sleep=0.02)
    except sqlite3.Error as error:
        raise ImageNotPossible(detail=f"SQLite says: {error}") from error


def _patience() -> Callable[[int, int, int], None]:
    """A progress callback that gives up: the backup itself would retry a busy database for ever."""
    deadline = time.monotonic() + PATIENCE_SECONDS

    def check(status: int, _remaining: int, _total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and time.monotonic() > deadline:
            raise ImageNotPossible(detail="Another writer has held it for too long. Try again.")

    return check

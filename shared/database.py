"""Engines for both apps: SQLite as an embedded database that several processes share, or PostgreSQL."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import Session, scoped_session

from .facts import driver_of, facts_in_a_write
from .logs import log
from .time_limit import check_limit, seconds_left
from .unavailable import DatabaseUnavailable, install_unavailable
from .view import Viewing, end_view, has_views, take_view

WRITING = "ticketlab_writing"
"""Execution option of a connection that will write: its transaction takes the database's write lock at once."""

BUSY_TIMEOUT_MS = 15_000

CACHE_KIB = 500
"""What each connection keeps of the file: a quarter of SQLite's own measure, for the system keeps all of it anyway. Of
a million records a page, a count and one record are read in the same time, and eight busy threads hold 12 MB less."""


def install_sqlite(engine: Engine, *, durable: bool = True) -> None:
    """Make SQLite behave as an embedded server; does nothing for other databases.

    A deferred BEGIN that reads and then writes fails at once with "database is locked" whatever the busy timeout is
    (the snapshot is stale), so writers begin IMMEDIATE. ``durable``: an acknowledged ticket survives a power cut, too;
    without it a commit does not wait for the disk, and a power cut takes the last ones. It never harms the database,
    as ``synchronous=OFF`` could.
    """
    if engine.dialect.name != "sqlite":
        return
    install_unavailable(engine)

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGINs would come in between
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITING, False):
            _begin_immediate(connection)
        else:  # which waits for nobody and cannot fail, so it takes the short way
            driver_of(connection).execute("BEGIN")


def _begin_immediate(connection: Connection) -> None:
    """Wait for another process's lock no longer than the request may still take: nobody can end that wait."""
    patience = BUSY_TIMEOUT_MS / 1000
    may_wait = seconds_left(connection.engine, patience)
    if may_wait == patience:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    driver = driver_of(connection)
    driver.execute(f"PRAGMA busy_timeout={int(may_wait * 1000)}")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def watch_file(engine: Engine, path: Path) -> None:
    """Let the connections of a SQLite engine go with their file: ``path`` exists when this is called.

    A connection to a file that was removed or replaced would write what nobody can read again, and a new one would
    make the file anew, empty.
    """
    name = os.fspath(path)

    @event.listens_for(engine, "do_connect")
    def _only_to_a_file(_dialect: Any, record: Any, _arguments: Any, _named: Any) -> None:
        record.info["file"] = number = _file_number(name)
        if number is None:
            reason = f"{path} no longer exists"
            log().error("database.unavailable", reason=reason, where="sqlite")
            raise DatabaseUnavailable(reason)

    @event.listens_for(engine, "checkout")
    def _still_there(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info.get("file") != _file_number(name):
            raise DisconnectionError


def _file_number(path: str) -> int | None:
    try:
        return os.stat(path).st_ino  # noqa: PTH116 - asked with every request, and a Path takes twice as long
    except OSError:
        return None


_turns: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()
_giving_turns = Lock()


@contextmanager
def _turn_to_write(engine: Engine) -> Iterator[None]:
    """The threads of a process write to a SQLite database one after the other, each as soon as the last is done.

    SQLite has a writer look again for the lock after pauses of up to a tenth of a second: under load most of them
    sleep while nobody writes. Whoever waits in vain here asks SQLite all the same, and hears that it is busy; a request
    whose time is over meanwhile is refused.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    with _giving_turns:
        turn = _turns.setdefault(engine, Lock())
    patience = BUSY_TIMEOUT_MS / 1000
    may_wait = seconds_left(engine, patience)
    is_ours = turn.acquire(timeout=may_wait)
    if not is_ours and may_wait < patience:
        check_limit()
    try:
        yield
    finally:
        if is_ours:
            turn.release()


_writers: ContextVar[Mapping[Engine, Connection]] = ContextVar("writers", default=MappingProxyType({}))


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write: committed at the end, rolled back on an error."""
    options, seen_by_it = {WRITING: True}, take_view(engine)
    try:
        with (
            _turn_to_write(engine),
            (seen_by_it or engine.connect()).execution_options(**options) as connection,
            connection.begin(),
            facts_in_a_write(connection),
        ):
            outer = _writers.set({**_writers.get(), engine: connection})
            try:
                yield connection
            finally:
                _writers.reset(outer)
    finally:
        end_view(engine)  # one that was opened meanwhile does not know what was written


def writer_to(engine: Engine) -> Connection | None:
    """The connection on which this context writes to the database just now."""
    return _writers.get().get(engine)


@contextmanager
def taken_back(connection: Connection) -> Iterator[None]:
    """What is written meanwhile is undone, and the transaction goes on.

    An error may have ended it: SQLite undoes all of a transaction whose write is interrupted, as by a time limit. That
    there is nothing left to take back then must not hide the error.
    """
    savepoint = connection.begin_nested()
    try:
        yield
    except BaseException:
        with suppress(DBAPIError):
            savepoint.rollback()
        raise
    savepoint.rollback()


def reading(engine: Engine) -> AbstractContextManager[Connection]:
    """A transaction that only reads: one consistent view, and no lock that a writer waits for.

    It is the request's own where the app has opened one (view.py).
    """
    return Viewing(engine) if has_views() else _reading_alone(engine)


@contextmanager
def _reading_alone(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.begin():
        yield connection


def begin_writing(session: Session | scoped_session[Session]) -> None:
    """Begin an ORM session's transaction as a writer. Call it before the session's first statement."""
    session.connection(execution_options={WRITING: True})


def lacks_table(error: DBAPIError) -> bool:
    """Whether a statement failed because its table does not exist (yet)."""
    return getattr(error.orig, "sqlstate", None) == "42P01" or "no such table" in str(error.orig)

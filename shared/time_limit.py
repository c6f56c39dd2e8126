"""Cancels what has asked its databases for too long: the platform's Quota Manager is such a thread, too.

A request says that it begins, and its connections are noted while it holds them. Past its limit the thread cancels
what runs on them, again and again until a statement has been hit: one that is over by then does not feel it. So the
ordinary request pays for a few entries in a set, no statement for anything, and no connection for a setting.
"""

import sqlite3
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any
from weakref import WeakSet

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from .errors import TicketlabError
from .logs import log

HEARTBEAT_SECONDS = 0.2
A_LITTLE = 0.01
"""A wait with a time limit may end that much too early, and what waited would not be past its own."""

CANCEL_SECONDS = 5.0
"""How long the thread waits for a PostgreSQL server to take its word."""

Refusal = Callable[[], TicketlabError]
_QUERY_CANCELED = "57014"


@dataclass(eq=False, slots=True)
class _Running:
    """A request under way. The lock keeps a connection from coming or going while what runs there is cancelled."""

    what: str
    refusal: Refusal
    seconds: float = 0.0
    end: float = 0.0
    lock: Lock = field(default_factory=Lock)
    connections: set[Any] = field(default_factory=set)
    cancelled: bool = False

    @property
    def is_over(self) -> bool:
        return self.cancelled or 0 < self.end < time.monotonic()

    def cancel(self) -> None:
        with self.lock:
            self.cancelled = True
            for connection in self.connections:
                _cancel(connection)

    def refused(self) -> TicketlabError:
        """What it is told. Whoever answers with that may ask on."""
        _all.discard(self)
        self.end = 0.0
        log().warning("transaction.cancelled", what=self.what, seconds=self.seconds)
        return self.refusal()


_current: ContextVar[_Running | None] = ContextVar("running", default=None)
_all: set[_Running] = set()
_limited: WeakSet[Engine] = WeakSet()
_some = Event()
_starting = Lock()
_manager: Thread | None = None


def begin_limit(what: str, refusal: Refusal) -> None:
    """The beginning of a request, before it asks a database; ``what`` is what the log calls it.

    A request within a request has the limit of the outer one.
    """
    if _current.get() is None:
        _current.set(_Running(what, refusal))


def limit_to(seconds: float) -> None:
    """From here on, this request has so long. What asks a database past that is refused."""
    running = _current.get()
    if running is None or running.end:
        return
    running.seconds, running.end = seconds, time.monotonic() + seconds
    _all.add(running)
    if not _some.is_set():
        _wake()


def check_limit() -> None:
    """Raise the refusal when the time is over, wherever it has gone: for a request that has changed nothing."""
    running = _current.get()
    if running is not None and 0 < running.end < time.monotonic():
        raise running.refused()


def seconds_left(engine: Engine, otherwise: float) -> float:
    """How long the request may still wait for this engine, at the most ``otherwise``."""
    running = _current.get()
    if running is None or not running.end or engine not in _limited:
        return otherwise
    return min(otherwise, max(0.0, running.end - time.monotonic()) + A_LITTLE)


def end_limit() -> None:
    """The end of the request. Does nothing where none was begun."""
    running = _current.get()
    if running is not None:
        _current.set(None)
        _all.discard(running)


def install_time_limit(engine: Engine) -> None:
    """Let what runs on this engine's connections be cancelled.

    To be installed before ``install_unavailable``, to which PostgreSQL's code for it would be one of many.
    """
    _limited.add(engine)

    @event.listens_for(engine, "checkout")
    def _taken(connection: Any, record: Any, _proxy: Any) -> None:
        running = _current.get()
        if running is not None:
            record.info[_Running] = running
            with running.lock:
                running.connections.add(connection)

    @event.listens_for(engine, "checkin")
    def _given_back(connection: Any, record: Any) -> None:
        running = record.info.pop(_Running, None)
        if running is not None:
            with running.lock:
                running.connections.discard(connection)

    @event.listens_for(engine, "handle_error")
    def _translate(context: ExceptionContext) -> None:
        running = _current.get()
        if running is not None and running.is_over and _is_cancellation(context.original_exception):
            raise running.refused() from context.original_exception


def _is_cancellation(error: Any) -> bool:
    """For a request whose time is over: it was interrupted, or has waited for a lock as long as it might."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) in {sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY}
    return getattr(error, "sqlstate", None) == _QUERY_CANCELED


def _wake() -> None:
    """Let the thread look; the first time in this process, start it."""
    global _manager  # noqa: PLW0603 - one thread a process, whichever app's request is the first
    with _starting:
        if _manager is None:
            _manager = Thread(target=_manage, name="quota-manager", daemon=True)
            _manager.start()
    _some.set()


def _manage() -> None:
    while _some.wait():
        time.sleep(HEARTBEAT_SECONDS)
        now = time.monotonic()
        for running in tuple(_all):
            if 0 < running.end < now:
                running.cancel()
        _some.clear()
        if _all:  # one may have begun just before the clearing
            _some.set()


def _cancel(connection: Any) -> None:
    try:
        if isinstance(connection, sqlite3.Connection):
            connection.interrupt()
        else:
            connection.cancel_safe(timeout=CANCEL_SECONDS)
    except Exception as error:  # noqa: BLE001 - one that cannot be told must not end the thread for all others
        log().warning("transaction.not_cancelled", reason=" ".join(str(error).split()))

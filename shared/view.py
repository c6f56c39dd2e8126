"""One view of each database for a whole request: what it reads, it reads on one connection, in one transaction.

A request asks many small questions: who is this, which rules are in force, what time is it. A transaction of its own
costs each of them more than its answer does. A write ends the view and goes on with its connection, so what is read
afterwards is what was written. What a view has learnt is kept in facts.py.
"""

from collections.abc import Hashable
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine

from .facts import Memory, memory_of


@dataclass
class _View:
    """A connection in the middle of a transaction that only reads."""

    connection: Connection
    memory: Memory
    readers: int = 0
    ended: bool = False

    @classmethod
    def open(cls, engine: Engine) -> "_View":
        connection = engine.connect()
        try:
            connection.begin()
            memory = memory_of(connection)
            memory.begin(connection)
        except BaseException:
            connection.close()
            raise
        return cls(connection, memory)

    def end(self) -> None:
        self.ended = True
        self.memory.end()

    def close_when_unused(self) -> None:
        if self.ended and not self.readers:
            self.connection.close()  # undoes the transaction, which has only read


_views: ContextVar[dict[Engine, _View] | None] = ContextVar("views", default=None)


def open_views() -> None:
    """From here on, this request reads each database in one view. A request within a request shares its views."""
    if _views.get() is None:
        _views.set({})


def close_views() -> None:
    """The end of the request. Does nothing where no views were opened."""
    views = _views.get()
    _views.set(None)
    for view in (views or {}).values():
        view.end()
        view.close_when_unused()


def has_views() -> bool:
    """Whether the request at hand reads in views."""
    return _views.get() is not None


class Viewing:
    """The request's connection for reading this database, for the time of a ``with``. Only where there are views.

    Every question of a request comes by here, and a generator would take three times as long.
    """

    __slots__ = ("_engine", "_view")

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Connection:
        views = _views.get()
        assert views is not None
        view = views.get(self._engine)
        if view is None:
            view = views[self._engine] = _View.open(self._engine)
        view.readers += 1
        self._view = view
        return view.connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            end_view(self._engine)  # the transaction may have failed with it
        self._view.readers -= 1
        self._view.close_when_unused()


def known(engine: Engine, name: Hashable) -> Any:
    """A fact that this request has asked for already; None otherwise."""
    view = (_views.get() or {}).get(engine)
    return view.memory.learnt.get(name) if view is not None else None


def end_view(engine: Engine) -> None:
    """Let what is read from now on be read anew: somebody writes."""
    view = _ended(engine)
    if view is not None:
        view.close_when_unused()


def end_views() -> None:
    """Let go of every connection that the request reads on: what comes now takes long, and needs none of them.

    PostgreSQL ends one that is idle in a transaction for a minute.
    """
    for engine in tuple(_views.get() or ()):
        end_view(engine)


def take_view(engine: Engine) -> Connection | None:
    """End the view, and give its connection to whoever goes on with it; None where nobody has one to give."""
    view = _ended(engine)
    if view is None or view.readers:
        return None
    try:
        view.connection.rollback()
    except BaseException:
        view.connection.close()
        raise
    return view.connection


def _ended(engine: Engine) -> _View | None:
    """The view that this request has had of the database until now."""
    views = _views.get()
    view = views.pop(engine, None) if views else None
    if view is not None:
        view.end()
    return view

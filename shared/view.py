"""One view of each database for a whole request: what it reads, it reads on one connection, in one transaction.

A request asks many small questions: who is this, which rules are in force, what time is it. A transaction of its own
costs each of them more than its answer does. A write ends the view, so what is read afterwards is what was written.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine

Fact = TypeVar("Fact")


@dataclass
class _View:
    """A connection in the middle of a transaction that only reads."""

    connection: Connection
    readers: int = 0
    ended: bool = False
    facts: dict[str, Any] = field(default_factory=dict)

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
        view.ended = True
        view.close_when_unused()


@contextmanager
def viewing(engine: Engine) -> Iterator[Connection | None]:
    """The request's connection for reading this database; None outside of requests that have views."""
    views = _views.get()
    if views is None:
        yield None
        return
    view = views.get(engine)
    if view is None:
        connection = engine.connect()
        connection.begin()
        view = views[engine] = _View(connection)
    view.readers += 1
    try:
        yield view.connection
    except BaseException:
        end_view(engine)  # the transaction may have failed with it
        raise
    finally:
        view.readers -= 1
        view.close_when_unused()


def end_view(engine: Engine) -> None:
    """Let what is read from now on be read anew: somebody writes."""
    views = _views.get()
    view = views.pop(engine, None) if views else None
    if view is not None:
        view.ended = True
        view.close_when_unused()


def fact(connection: Connection, name: str, read: Callable[[Connection], Fact]) -> Fact:
    """What ``read`` reads on the connection; asked once where it belongs to a view, in which nothing changes."""
    for view in (_views.get() or {}).values():
        if view.connection is connection:
            if name not in view.facts:
                view.facts[name] = read(connection)
            return cast("Fact", view.facts[name])
    return read(connection)

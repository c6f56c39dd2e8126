"""One view of each database for a whole request: what it reads, it reads on one connection, in one transaction.

A request asks many small questions: who is this, which rules are in force, what time is it. A transaction of its own
costs each of them more than its answer does. A write ends the view and goes on with its connection, so what is read
afterwards is what was written. What was learnt of a state of the database is known to the write and to the next
request, too, as long as that state lasts.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType, TracebackType
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import PoolProxiedConnection

MOST_FACTS = 1000
"""Facts kept of one state of a database; keys may come from clients."""

_FACTS = "ticketlab.facts"
_OWN_FACTS = "ticketlab.own_facts"
_BEFORE = "ticketlab.changes_before"
_CHANGES = "ticketlab.changes"

Fact = TypeVar("Fact")


@dataclass
class _View:
    """A connection in the middle of a transaction that only reads."""

    connection: Connection
    readers: int = 0
    ended: bool = False
    facts: dict[Hashable, Any] = field(default_factory=dict)

    def close_when_unused(self) -> None:
        if self.ended and not self.readers:
            self.connection.close()  # undoes the transaction, which has only read


_views: ContextVar[dict[Engine, _View] | None] = ContextVar("views", default=None)

_writers: ContextVar[Mapping[Engine, Connection]] = ContextVar("writers", default=MappingProxyType({}))


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
            connection = self._engine.connect()
            try:
                connection.begin()
                facts = _facts_so_far(connection)
            except BaseException:
                connection.close()
                raise
            view = views[self._engine] = _View(connection, facts=facts)
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


def driver_of(connection: Connection) -> Any:
    """The driver's own connection, for a question that SQLAlchemy would take ten times as long to ask."""
    return connection.connection.driver_connection


def _facts_so_far(connection: Connection) -> dict[Hashable, Any]:
    """What was learnt on this connection before, if nobody has changed the database since."""
    state = _state(connection)
    known_state, facts = connection.info.get(_FACTS, (None, {}))
    if known_state != state:
        facts = {}
        connection.info[_FACTS] = state, facts
    return cast("dict[Hashable, Any]", facts)


def _state(connection: Connection) -> Hashable:
    """What differs after every change of the database, and is asked for quickly.

    SQLite counts the changes of others. PostgreSQL tells which transactions' changes one sees.
    """
    if _is_sqlite(connection):
        (state,) = driver_of(connection).execute("PRAGMA data_version").fetchone()
        return int(state)
    return str(connection.exec_driver_sql("SELECT CAST(txid_current_snapshot() AS text)").scalar_one())


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


@contextmanager
def own_facts(connection: Connection) -> Iterator[None]:
    """For the time of a write: what its connection learns is true for it alone, until it changes it itself.

    What it had learnt before it knows still, if nobody has written since, and forgets with its first change: of its
    own changes the database does not tell it.
    """
    info = connection.info
    info[_OWN_FACTS] = _facts_so_far(connection)
    info[_BEFORE] = before = _changes(connection)
    token = _writers.set({**_writers.get(), connection.engine: connection})
    try:
        yield
    finally:
        _writers.reset(token)
        for each in (_OWN_FACTS, _BEFORE):
            info.pop(each, None)
        if connection.invalidated or _changes(connection) != before:  # one that broke off can tell nothing
            info.pop(_FACTS, None)


def has_changed_nothing(connection: Connection) -> bool:
    """Whether a write has left the database as it found it so far."""
    return connection.info.get(_BEFORE) == _changes(connection)


def _changes(connection: Connection) -> int:
    """A number that grows with every change made on the connection, what was undone included."""
    if _is_sqlite(connection):
        return int(driver_of(connection).total_changes)
    return int(connection.info.get(_CHANGES, 0))


def count_changes(engine: Engine) -> None:
    """Let the connections of an engine count for themselves, where the driver does not."""

    @event.listens_for(engine, "before_cursor_execute")
    def _count(connection: Connection, _cursor: Any, statement: str, *_further: Any) -> None:
        if not statement.startswith("SELECT"):
            connection.info[_CHANGES] = connection.info.get(_CHANGES, 0) + 1


def writer_to(engine: Engine) -> Connection | None:
    """The connection on which this context writes to the database just now."""
    return _writers.get().get(engine)


def forget_facts(connection: Connection | PoolProxiedConnection) -> None:
    """Somebody has changed what was a fact."""
    connection.info.pop(_FACTS, None)
    if _OWN_FACTS in connection.info:
        connection.info[_OWN_FACTS] = {}


def end_view(engine: Engine) -> None:
    """Let what is read from now on be read anew: somebody writes."""
    views = _views.get()
    view = views.pop(engine, None) if views else None
    if view is not None:
        view.ended = True
        view.close_when_unused()


def take_view(engine: Engine) -> Connection | None:
    """End the view, and give its connection to whoever goes on with it; None where nobody has one to give."""
    views = _views.get()
    view = views.pop(engine, None) if views else None
    if view is None:
        return None
    view.ended = True
    if view.readers:
        return None
    try:
        view.connection.rollback()
    except BaseException:
        view.connection.close()
        raise
    return view.connection


def known(engine: Engine, name: Hashable) -> Any:
    """A fact that this request has asked for already; None otherwise."""
    view = (_views.get() or {}).get(engine)
    return view.facts.get(name) if view is not None else None


def fact(connection: Connection, name: Hashable, read: Callable[[Connection], Fact]) -> Fact:
    """What ``read`` reads on the connection; asked once in a view, in which nothing changes, and in a write."""
    facts = _facts_of(connection)
    if facts is None:
        return read(connection)
    if name not in facts:
        if len(facts) >= MOST_FACTS:
            facts.clear()
        facts[name] = read(connection)
    return cast("Fact", facts[name])


def lasting_fact(connection: Connection, name: Hashable, read: Callable[[Connection], Fact]) -> Fact | None:
    """A fact that will save later requests more than it costs this one, as it lasts until somebody writes.

    None where that is not known, so that it would have to be read for each request: in a write, and on PostgreSQL.
    """
    reads_sqlite = _is_sqlite(connection) and _OWN_FACTS not in connection.info
    return fact(connection, name, read) if reads_sqlite else None


def _facts_of(connection: Connection) -> dict[Hashable, Any] | None:
    """Those of the view or of the write that the connection belongs to."""
    for view in (_views.get() or {}).values():
        if view.connection is connection:
            return view.facts
    info = connection.info
    if _BEFORE in info and info[_BEFORE] != _changes(connection):
        del info[_BEFORE]
        info[_OWN_FACTS] = {}  # of what it knew before its first change it may have changed some
    return info.get(_OWN_FACTS)

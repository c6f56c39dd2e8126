"""What was learnt of a database, known until somebody changes it: the clock's setting, the rules, a token's row.

Many steps of a request ask the same, and the next request asks it again. So each connection remembers what was read on
it, and of which state of the database that is true; whether there is another state by now the database tells in a few
microseconds. Facts may be asked for in a view (view.py), in which nothing changes, and in a write. With its
first change a write forgets what it knew, for of its own changes the database does not tell it; what it learns from
then on ends with it.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import PoolProxiedConnection

MOST_FACTS = 1000
"""Facts kept of one state of a database; keys may come from clients."""

_MEMORY = "ticketlab.facts"

Fact = TypeVar("Fact")


@dataclass(slots=True)
class Memory:
    """What is remembered on one connection of the driver, for as long as that is open."""

    state: Hashable = None
    """Of the database, when ``learnt`` was true of it; None where nothing is known."""
    learnt: dict[Hashable, Any] = field(default_factory=dict)
    is_reliable: bool = False
    """Whether ``learnt`` is true of what the connection sees: in a view, and in a write."""
    is_writing: bool = False
    changes_before: int | None = None
    """The changes made on the connection until the write under way began, as long as that has made none."""
    changes: int = 0
    """Those made on the connection, where the driver does not count them."""

    def begin(self, connection: Connection) -> None:
        """A view or write begins: it knows what was learnt before, if nobody has changed the database since."""
        state = _state(connection)
        if self.state != state:
            self.state, self.learnt = state, {}
        self.is_reliable = True

    def end(self) -> None:
        self.is_reliable = self.is_writing = False
        self.changes_before = None

    def forget(self) -> None:
        """What was learnt is not true any more."""
        self.state, self.learnt = None, {}


def memory_of(connection: Connection | PoolProxiedConnection) -> Memory:
    """That of the driver's connection, which keeps it from one use to the next."""
    found: Memory | None = connection.info.get(_MEMORY)
    if found is None:
        found = connection.info[_MEMORY] = Memory()
    return found


@contextmanager
def facts_in_a_write(connection: Connection) -> Iterator[None]:
    """Let facts be asked for in the write that begins here."""
    memory = memory_of(connection)
    memory.begin(connection)
    memory.is_writing = True
    memory.changes_before = before = _changes(connection)
    try:
        yield
    finally:
        memory.end()
        if connection.invalidated or _changes(connection) != before:  # one that broke off can tell nothing
            memory.forget()


def fact(connection: Connection, name: Hashable, read: Callable[[Connection], Fact]) -> Fact:
    """What ``read`` reads on the connection, which is read once in each state of the database."""
    memory = memory_of(connection)
    if not memory.is_reliable:
        return read(connection)
    if memory.changes_before is not None and memory.changes_before != _changes(connection):
        memory.changes_before = None
        memory.forget()
    facts = memory.learnt
    if name not in facts:
        if len(facts) >= MOST_FACTS:
            facts.clear()
        facts[name] = read(connection)
    return cast("Fact", facts[name])


def lasting_fact(connection: Connection, name: Hashable, read: Callable[[Connection], Fact]) -> Fact | None:
    """A fact that will save later requests more than it costs this one, as it lasts until somebody writes.

    None where that is not known, so that it would have to be read for each request: in a write, and on PostgreSQL.
    """
    lasts = is_sqlite(connection) and not memory_of(connection).is_writing
    return fact(connection, name, read) if lasts else None


def forget_facts(connection: Connection | PoolProxiedConnection) -> None:
    """Somebody has changed what was a fact."""
    memory_of(connection).forget()


def has_changed_nothing(connection: Connection) -> bool:
    """Whether a write has left the database as it found it so far."""
    return memory_of(connection).changes_before == _changes(connection)


def count_changes(engine: Engine) -> None:
    """Let the connections of an engine count for themselves, where the driver does not."""

    @event.listens_for(engine, "before_cursor_execute")
    def _count(connection: Connection, _cursor: Any, statement: str, *_further: Any) -> None:
        if not statement.startswith("SELECT"):
            memory_of(connection).changes += 1


def driver_of(connection: Connection) -> Any:
    """The driver's own connection, for a question that SQLAlchemy would take ten times as long to ask."""
    return connection.connection.driver_connection


def is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _state(connection: Connection) -> Hashable:
    """What differs after every change of the database, and is asked for quickly.

    SQLite counts the changes of others. PostgreSQL tells which transactions' changes one sees.
    """
    if is_sqlite(connection):
        (state,) = driver_of(connection).execute("PRAGMA data_version").fetchone()
        return int(state)
    return str(connection.exec_driver_sql("SELECT CAST(txid_current_snapshot() AS text)").scalar_one())


def _changes(connection: Connection) -> int:
    """A number that grows with every change made on the connection, what was undone included."""
    return int(driver_of(connection).total_changes) if is_sqlite(connection) else memory_of(connection).changes

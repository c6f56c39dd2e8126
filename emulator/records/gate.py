"""The gate: the only way to a record, for REST, pages, OAuth and the scoped app alike."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection

from ...shared.clock import Clock
from ...shared.facts import fact, has_changed_nothing
from ...shared.ids import Ids
from ..access.caller import Caller
from ..access.load_scopes import EXECUTE
from ..access.scope import check_execute
from ..access.trail import Trail
from ..dictionary.model import Dictionary
from ..store.store import Store
from .aftermath import conclude
from .decision_log import DecisionLog
from .glide_aggregate import GlideAggregate
from .glide_record import GlideRecord
from .snapshot import Snapshot, Snapshots, reader
from .work import Work

Known = TypeVar("Known")


@dataclass
class Transaction:
    """Several writes that are committed together, with Core statements of others on ``connection`` if they like."""

    connection: Connection
    trails: list[Trail] = field(default_factory=list)


class _Undone(Exception):
    """A trial has come to its end."""


class Gate:
    """Opens transactions, holds the rules in force, and keeps the decisions."""

    def __init__(self, store: Store, bootstrap: Dictionary, clock: Clock, ids: Ids, log: DecisionLog) -> None:
        self.store = store
        self.clock = clock
        self.ids = ids
        self.log = log
        self.schema = bootstrap
        """What is declared, by the instance and by its user; its dictionary rows may say more."""
        self._snapshots = Snapshots(store, bootstrap)
        self._open: ContextVar[Transaction | None] = ContextVar("open_transaction", default=None)

    def record(self, table: str, caller: Caller, within: Transaction | None = None) -> GlideRecord:
        """A GlideRecord of the table, acting for the caller. A table that does not exist is refused when it is used."""
        return GlideRecord(self, table, caller, within)

    def aggregate(self, table: str, caller: Caller) -> GlideAggregate:
        """A GlideAggregate of the table, acting for the caller."""
        return GlideAggregate(self, table, caller)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A write transaction. On an error all of it is undone, and only then the refusal is kept."""
        transaction = None
        try:
            with self.store.writing() as connection:
                transaction = Transaction(connection)
                token = self._open.set(transaction)
                try:
                    yield transaction
                finally:
                    self._open.reset(token)
        finally:
            if transaction is not None:
                conclude(self, transaction.trails)

    @contextmanager
    def reading(self, trail: Trail, within: Transaction | None) -> Iterator[Work]:
        """What a read works with; a read inside a transaction sees what that has written."""
        if within is not None:
            within.trails.append(trail)
            yield self._work(within.connection, trail)
            return
        try:
            with self.store.reading() as connection:
                yield self._work(connection, trail)
        finally:
            self._conclude(trail)

    @contextmanager
    def looking(self, trail: Trail) -> Iterator[Work]:
        """What an explanation works with: nothing of it is kept, logged or tracked."""
        with self.store.reading() as connection:
            yield self._work(connection, trail)

    @contextmanager
    def trying(self, trail: Trail) -> Iterator[Work]:
        """What a trial works with: it writes as a request would, and then all of it is undone, unlogged, untracked."""
        with suppress(_Undone), self.store.writing() as connection:
            yield self._work(connection, trail, Transaction(connection))
            raise _Undone

    @contextmanager
    def writing(self, trail: Trail, within: Transaction | None) -> Iterator[Work]:
        """What a write works with, in the given transaction or in one of its own."""
        if within is not None:
            within.trails.append(trail)
            yield self._work(within.connection, trail, within)
            return
        with self.transaction() as transaction:
            transaction.trails.append(trail)
            yield self._work(transaction.connection, trail, transaction)

    def _conclude(self, trail: Trail) -> None:
        """Inside another transaction of this request, later: what is to be written would wait for its lock."""
        outer = self._open.get()
        if outer is not None:
            outer.trails.append(trail)
        else:
            conclude(self, [trail])

    def check_execute(self, script_include: str, caller: Caller) -> None:
        """May this caller's code call the script include?

        Raises ScopedApiRefused, PrivilegeRefused, CallerRestricted or SourceNotFound; LookupError when there is none.
        """
        trail = Trail(caller, script_include, EXECUTE)
        try:
            check_execute(self.snapshot().policy, trail)
        finally:
            self._conclude(trail)

    def snapshot_within(self, transaction: Transaction) -> Snapshot:
        """The rules as a transaction sees them."""
        return self._snapshots.current(transaction.connection)

    def snapshot(self) -> Snapshot:
        """The rules in force now."""
        known = self._snapshots.known()
        if known is not None:
            return known
        with self.store.reading() as connection:
            return self._snapshots.current(connection)

    def unchanged(self, key: Hashable, read: Callable[[], Known], within: Transaction | None = None) -> Known:
        """What ``read`` reads, and read already as long as nothing in the database has changed."""
        if within is not None:
            known = has_changed_nothing(within.connection)
            return fact(within.connection, key, lambda _connection: read()) if known else read()
        with self.store.reading() as connection:
            return fact(connection, key, lambda _connection: read())

    def read_dictionary(self) -> Dictionary:
        return self.snapshot().dictionary

    def get_property(self, name: str, default: str = "") -> str:
        """The value of a sys_properties record, in the platform's own word gs.getProperty."""
        return self.snapshot().policy.properties.get(name) or default

    def roles_of(self, user: str, elevated: frozenset[str] = frozenset()) -> frozenset[str]:
        """Every role of the user with this sys_id, contained ones included; of the elevated ones only those given."""
        known = self._snapshots.known()
        roles = known.known_roles(user, elevated) if known is not None else None
        if roles is not None:
            return roles
        with self.store.reading() as connection:
            snapshot = self._snapshots.current(connection)
            return snapshot.roles(reader(self.store, connection, snapshot.tables), user, elevated)

    def _work(self, connection: Connection, trail: Trail, within: Transaction | None = None) -> Work:
        def own(table: str) -> GlideRecord:
            return self.record(table, trail.caller.as_instance(), within)

        may_write = own if within is not None else None
        return Work(self.store, connection, self._snapshots, self.clock, self.ids, trail, may_write)

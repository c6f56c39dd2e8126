"""What one request through the gate works with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from ...shared.clock import Clock
from ...shared.ids import Ids
from ..access.acl import Verdict
from ..access.caller import Caller
from ..access.channel import check_channel
from ..access.operations import Operation
from ..access.rights import Rights
from ..access.scope import check_scope
from ..access.trail import Trail
from ..dictionary.model import Dictionary, Field
from ..dictionary.rows import ReadTable
from ..errors import InvalidTable
from ..query import EncodedQuery, literal, parse, select_record, select_records
from ..query.context import QueryContext
from ..query.paths import field_at
from ..store.store import Store, StoredRow
from .id_lists import id_lists
from .snapshot import Snapshot, Snapshots, reader

if TYPE_CHECKING:
    from .glide_record import GlideRecord

RETURNS_NO_ROWS = "glide.invalid_query.returns_no_rows"
"""Property; false unless it is set (rest 4, D)."""
ALSO_KNOWN_BY = {"sys_user": ("user_name",), "sys_db_object": ("name",)}
"""Fields that name a record before its display value does."""


class Work:
    """A connection, the rules as that connection sees them, and the trail of decisions."""

    def __init__(
        self,
        store: Store,
        connection: Connection,
        snapshots: Snapshots,
        clock: Clock,
        ids: Ids,
        trail: Trail,
        record: Callable[[str], GlideRecord] | None = None,
    ) -> None:
        self.store = store
        self.connection = connection
        self.snapshots = snapshots
        self.clock = clock
        self.ids = ids
        self.trail = trail
        self._record = record
        self.wrote_others = False
        """Whether a rule has asked for records to write, which may have changed this one, too."""
        self.snapshot: Snapshot = snapshots.current(connection)

    @cached_property
    def moment(self) -> datetime:
        """When this happens: asked of the clock once, which looks into the database."""
        return self.clock.now()

    @property
    def now(self) -> datetime:
        """The moment of a write, to the second."""
        return self.moment.replace(microsecond=0)

    def record(self, table: str) -> GlideRecord:
        """Records of a table as the instance itself writes them, in this transaction. Only a write may ask."""
        if self._record is None:
            raise LookupError("a read has no transaction to write in")
        self.wrote_others = True
        return self._record(table)

    @property
    def dictionary(self) -> Dictionary:
        return self.snapshot.tables.dictionary

    @property
    def rights(self) -> Rights:
        """What the rules say of the caller."""
        return self.snapshot.rights(self.trail.caller)

    @property
    def caller(self) -> Caller:
        return self.trail.caller

    @property
    def table(self) -> str:
        return self.trail.table

    @property
    def read(self) -> ReadTable:
        return reader(self.store, self.connection, self.snapshot.tables)

    @property
    def context(self) -> QueryContext:
        """What a query means in this request."""
        caller = self.caller
        return QueryContext(
            caller.user,
            caller.user_name,
            self.moment,
            caller.time_zone,
            self.groups_of_caller,
            self.snapshot.dynamic_filters,
            self.is_searchable,
            self._invalid_returns_nothing,
        )

    @property
    def _invalid_returns_nothing(self) -> bool:
        return not self.caller.is_system and self.snapshot.policy.properties.get(RETURNS_NO_ROWS) == "true"

    def groups_of_caller(self) -> Sequence[str]:
        if not self.caller.user:
            return ()
        return [str(row["group"]) for row in self.read("sys_user_grmember", f"user={self.caller.user}", ("group",))]

    def is_searchable(self, table: str, element: str) -> bool:
        """Whether a text search tells the caller nothing that reading the field would not: in every record."""
        verdict = self.judge_field(element, Operation.READ, table)
        return verdict.allowed and not verdict.conditions

    def aside(self) -> Work:
        """The same for a look on the side: what it decides lies on a trail of its own, which nobody keeps."""
        aside = copy(self)
        aside.trail = Trail(self.caller, self.table, Operation.READ)
        return aside

    def refresh_caller(self) -> None:
        """Read the caller's roles again inside the transaction, so a role taken away meanwhile does not count."""
        if self.caller.user:
            roles = self.snapshot.roles(self.read, self.caller.user, self.caller.elevated)
            if roles != self.caller.roles:
                self.trail.caller = replace(self.caller, roles=roles)

    def enter(self, operation: Operation) -> None:
        """The steps before the user's: table, channel, scope. Raises what refuses."""
        if self.table not in self.dictionary.tables:
            self.trail.refuse(
                InvalidTable(self.table), "table", "no such table", f"No table is called {self.table[:80]}."
            )
        table = self.dictionary.table(self.table)
        self.trail.allow("table", "the table exists", table.label, f"sys_db_object.{table.sys_id}")
        check_channel(self.dictionary, self.trail)
        check_scope(self.dictionary, self.snapshot.policy, self.trail, operation)

    def judge_record(self, operation: Operation, table: str = "") -> Verdict:
        return self.rights.on_records(table or self.table, operation)

    def judge_field(self, element: str, operation: Operation, table: str = "") -> Verdict:
        return self.rights.on_field(table or self.table, element, operation)

    def may_name(self, table: str) -> bool:
        """Whether the caller may read any record of a table, and so be shown what records of it are called."""
        return self.judge_record(Operation.READ, table).allowed

    def matches(self, table: str, sys_id: str, query: str) -> bool:
        """Whether the record, as it stands in this transaction, matches an encoded query."""
        return not query or self.first(table, sys_id, ("sys_id",), query) is not None

    def matching(self, table: str, sys_ids: Sequence[str], query: str) -> list[str]:
        """The sys_ids of those of a table's records that match an encoded query."""
        found = (self._found(table, f"sys_idIN{ids}", ("sys_id",), query) for ids in id_lists(sys_ids))
        return [str(row["sys_id"]) for rows in found for row in rows]

    def first(self, table: str, sys_id: str, paths: Sequence[str], restriction: str = "") -> StoredRow | None:
        """The stored values of a record that fulfils the restriction."""
        if restriction:
            return next(iter(self._found(table, f"sys_id={sys_id}", paths, restriction)), None)
        selection = select_record(self.snapshot.tables, table, sys_id, paths=paths, named=False)
        return next(iter(self.store.rows(self.connection, selection.rows)), None)

    def _found(self, table: str, records: str, paths: Sequence[str], restriction: str) -> Sequence[StoredRow]:
        selection = select_records(
            self.snapshot.tables,
            table,
            parse(records),
            paths=paths,
            restrictions=(parse(restriction),) if restriction else (),
            context=self.context,
            limit=None,
            named=False,
        )
        return self.store.rows(self.connection, selection.rows)

    def find_by_display(self, table: str, text: str) -> str | None:
        """The sys_id of the first record of a table with this display value, or of this user or table name."""
        if table not in self.dictionary.tables:
            return None
        for element in (*ALSO_KNOWN_BY.get(table, ()), self.dictionary.display_element(table)):
            for row in self.read(table, f"{element}={literal(text)}^ORDERBYsys_id", ("sys_id",)):
                return str(row["sys_id"])
        return None

    def resolve(self, path: str, table: str = "") -> Field | None:
        """The field at the end of a path of references, None when a step does not exist."""
        return field_at(self.dictionary, table or self.table, path.split("."))


def restrictions(verdict: Verdict) -> Sequence[EncodedQuery]:
    return (parse(verdict.restriction),) if verdict.conditions else ()

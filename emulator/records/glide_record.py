"""GlideRecord: what the platform's own code uses to read and write a table."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..access.operations import Operation
from ..access.trail import Trail
from . import permission, reading, writing
from .activity import read_activities
from .coerce import Input
from .multiple import matching

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..access.caller import Caller
    from .activity import Activity
    from .gate import Gate, Transaction
    from .row import Page, Row


class GlideRecord:
    """The records of one table, as one caller may see and change them.

    Every method raises a PlatformError for what the platform refuses: InvalidTable, WebServiceRefused, ScopeRefused,
    PrivilegeRefused, AclRefused, NoRecordFound, BusinessRuleAborted, DataPolicyRefused.
    """

    def __init__(self, gate: Gate, table: str, caller: Caller, within: Transaction | None = None) -> None:
        self._gate = gate
        self._within = within
        self.table = table
        self.caller = caller

    def query(
        self,
        query: str = "",
        *,
        fields: Sequence[str] | None = None,
        limit: int = 10_000,
        offset: int = 0,
        count: bool = False,
        displayed: bool = False,
        named: bool = True,
    ) -> Page:
        """Return the rows that match an encoded query and that the caller may read.

        ``fields`` may hold dot-walks; None means every field. ``displayed`` also reads what stands for
        journal fields and lists, ``named`` what references point to is called. ``count`` asks for the total.
        """
        with self._gate.reading(self._trail(Operation.READ), self._within) as work:
            request = reading.ReadRequest(query, fields, limit, offset, count=count, displayed=displayed, named=named)
            return reading.read_page(work, request)

    def get(
        self, sys_id: str, fields: Sequence[str] | None = None, *, displayed: bool = False, named: bool = True
    ) -> Row:
        """Return one record. Raises NoRecordFound when there is none that this caller may read."""
        with self._gate.reading(self._trail(Operation.READ), self._within) as work:
            return reading.read_one(work, sys_id, fields, displayed=displayed, named=named)

    def find(self, query: str, fields: Sequence[str] | None = None, *, named: bool = True) -> Row | None:
        """Return the first row that matches, or None."""
        rows = self.query(query, fields=fields, limit=1, named=named).rows
        return rows[0] if rows else None

    def activities(self, sys_id: str) -> Sequence[Activity]:
        """What has happened to a record that the caller may read, newest first. Raises what ``get`` does."""
        with self._gate.reading(self._trail(Operation.READ), self._within) as work:
            return read_activities(work, sys_id)

    def insert(
        self,
        values: Mapping[str, object],
        *,
        display_input: bool = False,
        auto_sys_fields: bool = True,
        named: bool = True,
    ) -> Row:
        """Create a record and return it as stored. What cannot be stored is dropped, as on the platform."""
        with self._gate.writing(self._trail(Operation.CREATE), self._within) as work:
            return writing.insert(work, values, self._input(display_input, auto_sys_fields), named=named)

    def update(
        self,
        sys_id: str,
        values: Mapping[str, object],
        *,
        display_input: bool = False,
        auto_sys_fields: bool = True,
        named: bool = True,
    ) -> Row:
        """Change the given fields and return the record. Equal values change nothing, not even sys_mod_count."""
        with self._gate.writing(self._trail(Operation.WRITE), self._within) as work:
            return writing.update(work, sys_id, values, self._input(display_input, auto_sys_fields), named=named)

    def delete(self, sys_id: str) -> None:
        with self._gate.writing(self._trail(Operation.DELETE), self._within) as work:
            writing.delete(work, sys_id)

    def check(self, sys_id: str, operation: Operation) -> None:
        """Raise what an update or delete of the record would be refused with for the caller's lack of rights."""
        with self._gate.reading(self._trail(operation), self._within) as work:
            permission.existing(work, sys_id, operation)

    def delete_multiple(self, query: str) -> int:
        """Delete every record that the query matches, all or none, and return how many there were.

        Raises QueryNotUnderstood where a part of the query says nothing, and what ``delete`` raises.
        """
        with self._together() as records:
            sys_ids = matching(records, query)
            for sys_id in sys_ids:
                records.delete(sys_id)
            return len(sys_ids)

    @contextmanager
    def _together(self) -> Iterator[GlideRecord]:
        """The same records within one transaction."""
        if self._within is not None:
            yield self
            return
        with self._gate.transaction() as transaction:
            yield GlideRecord(self._gate, self.table, self.caller, transaction)

    def _trail(self, operation: Operation) -> Trail:
        return Trail(self.caller, self.table, operation)

    def _input(self, display: bool, auto_sys_fields: bool) -> Input:
        return Input(display, self.caller.style, auto_sys_fields)

"""GlideAggregate: what the platform's own code uses to count, add up and group the records of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..access.operations import Operation
from ..access.trail import Trail
from .aggregating import read_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..access.caller import Caller
    from ..query import Grouping
    from .aggregating import Group
    from .gate import Gate

MOST_GROUPS = 10_000


class GlideAggregate:
    """The records of one table, as one caller may have them counted."""

    def __init__(self, gate: Gate, table: str, caller: Caller) -> None:
        self._gate = gate
        self.table = table
        self.caller = caller

    def query(self, query: str, grouping: Grouping) -> Sequence[Group]:
        """Return the groups, at most 10,000; without ``grouping.groups`` exactly one, of all records that match.

        Raises InvalidTable, WebServiceRefused, ScopeRefused, TableReadRefused, and QueryRefused when a field that is
        aggregated or queried is one the caller may not read.
        """
        with self._gate.reading(Trail(self.caller, self.table, Operation.READ), None) as work:
            return read_groups(work, query, grouping, MOST_GROUPS)

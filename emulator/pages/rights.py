"""What the signed-in user may do to a table, so that a page offers no button that the gate would refuse.

Only a courtesy: the gate judges again, with the record at hand.
"""

from dataclasses import dataclass

from ..access.caller import Caller
from ..access.operations import Operation
from ..records.gate import Gate
from ..records.snapshot import Snapshot


@dataclass(frozen=True)
class Rights:
    """One caller's rights under the rules in force."""

    snapshot: Snapshot
    caller: Caller

    @classmethod
    def of(cls, gate: Gate, caller: Caller) -> "Rights":
        return cls(gate.snapshot(), caller)

    def may(self, operation: Operation, table: str) -> bool:
        return self.snapshot.rights(self.caller).on_records(table, operation).allowed

    def may_write_field(self, table: str, element: str) -> bool:
        return self._in_every_record(table, element, Operation.WRITE)

    def may_read_field(self, table: str, element: str) -> bool:
        return self._in_every_record(table, element, Operation.READ)

    def _in_every_record(self, table: str, element: str, operation: Operation) -> bool:
        verdict = self.snapshot.rights(self.caller).on_field(table, element, operation)
        return verdict.allowed and not verdict.conditions

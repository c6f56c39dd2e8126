"""Conflict detection: whether a change's item is scheduled for another change at that time (rest 8).

The platform looks at maintenance and blackout windows as well, which are schedules; those are not emulated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..access.caller import Caller
from ..query import literal
from ..records.gate import Gate
from ..records.row import Row
from . import workers
from .changes import TABLE
from .errors import CannotCheck
from .workers import Told

CONFLICTS = "conflict"
TYPE = "ci_already_scheduled"
FOUND, NONE, NEVER = "Conflict", "No Conflict", "Not Run"
FIELDS = ("cmdb_ci", "start_date", "end_date", "conflict_status", "conflict_last_run")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the last check of a change found, and when it was; ``last_run`` is empty before the first."""

    last_run: str
    conflicts: Sequence[Row]


def check(gate: Gate, caller: Caller, sys_id: str) -> str:
    """Look for conflicts, write them down, and return the sys_id of the worker that did. Raises CannotCheck."""
    change = gate.record(TABLE, caller).get(sys_id, FIELDS)
    item, start, end = (change.value(each) for each in FIELDS[:3])
    if not (item and start and end):
        raise CannotCheck
    instance = caller.as_instance()
    # Whoever may not see another change is still told that the item is taken.
    query = f"cmdb_ci={literal(item)}^active=true^sys_id!={sys_id}^start_date<{end}^end_date>{start}^ORDERBYnumber"
    others = gate.record(TABLE, instance).query(query, fields=("sys_id",))
    now = gate.clock.now()
    with gate.transaction() as transaction:
        conflicts = gate.record(CONFLICTS, instance, transaction)
        conflicts.delete_multiple(f"change={sys_id}")
        for other in others.rows:
            conflicts.insert(
                {
                    "change": sys_id,
                    "type": TYPE,
                    "configuration_item": item,
                    "conflicting_change": other.sys_id,
                    "last_checked": now,
                }
            )
        found = {"conflict_status": FOUND if others.rows else NONE, "conflict_last_run": now}
        gate.record(TABLE, instance, transaction).update(sys_id, found)
    return workers.finished(gate, caller, CONFLICTS, {"change_sys_id": sys_id}, Told())


def outcome(gate: Gate, caller: Caller, sys_id: str) -> Outcome:
    """Raises NoRecordFound."""
    change = gate.record(TABLE, caller).get(sys_id, FIELDS)
    rows = gate.record(CONFLICTS, caller).query(f"change={sys_id}^ORDERBYsys_created_on", displayed=True).rows
    return Outcome(change.value("conflict_last_run"), rows)

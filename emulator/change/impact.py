"""The services that a change has an impact on: those its items are part of (vendor's change-management-api, D)."""

from collections.abc import Iterable

from ..access.caller import Caller
from ..access.operations import Operation
from ..query import literal
from ..records.gate import Gate, Transaction
from . import workers
from .changes import TABLE
from .workers import Told

KIND = "impacted"
IMPACTED, AFFECTED, SERVICES, RELATIONS = "task_cmdb_ci_service", "task_ci", "cmdb_ci_service", "cmdb_rel_ci"
DEEPEST = 10
"""Relationships between an item and a service at most: glide.relationship.max_depth as it comes (G)."""


def refresh(gate: Gate, caller: Caller, change: str) -> str:
    """Set the impacted services anew and return the worker's sys_id. Raises NoRecordFound and AclRefused."""
    gate.record(TABLE, caller).check(change, Operation.WRITE)
    populate(gate, change)
    return workers.finished(gate, caller, KIND, {}, Told())


def populate(gate: Gate, change: str) -> None:
    """Put the services above the change's items in place of those that nobody has added by hand."""
    with gate.transaction() as transaction:
        services = _services(gate, transaction, _items(gate, transaction, change))
        impacted = gate.record(IMPACTED, Caller.system(), transaction)
        impacted.delete_multiple(f"task={change}^manually_added=false")
        kept = {row.value("cmdb_ci_service") for row in impacted.query(f"task={change}").rows}
        for service in sorted(services - kept):
            impacted.insert({"task": change, "cmdb_ci_service": service, "manually_added": False})


def _items(gate: Gate, transaction: Transaction, change: str) -> set[str]:
    """The change's own item and those affected by it."""
    instance = Caller.system()
    own = gate.record(TABLE, instance, transaction).get(change, ("cmdb_ci",)).value("cmdb_ci")
    affected = gate.record(AFFECTED, instance, transaction).query(f"task={change}", fields=("ci_item",)).rows
    return {own, *(row.value("ci_item") for row in affected)} - {""}


def _services(gate: Gate, transaction: Transaction, items: set[str]) -> set[str]:
    """Those of the items and of what they are part of that are services, whatever the relationship is (ours)."""
    relations = gate.record(RELATIONS, Caller.system(), transaction)
    seen, level = set(items), set(items)
    for _ in range(DEEPEST):
        rows = relations.query(f"childIN{_listed(level)}", fields=("parent",)).rows if level else ()
        level = {row.value("parent") for row in rows} - seen - {""}
        seen |= level
    services = gate.record(SERVICES, Caller.system(), transaction)
    return {row.sys_id for row in services.query(f"sys_idIN{_listed(seen)}", fields=("sys_id",)).rows}


def _listed(sys_ids: Iterable[str]) -> str:
    return ",".join(literal(each) for each in sorted(sys_ids))

"""The risk of a standard change, by the first risk condition that it meets (vendor's change-management-api, D)."""

from ..access.caller import Caller
from ..query import narrowed, parse
from ..records.gate import Gate
from ..records.row import Row
from .changes import TABLE, Changes, Kind

CONDITIONS = "risk_conditions"
SET = ("risk", "impact")


def assess(gate: Gate, caller: Caller, sys_id: str) -> Row:
    """Give the change the condition's risk and impact, and return it; without a condition it stays as it is.

    Raises NoRecordFound for a change that is missing, hidden or no standard one, ChangeRefused for a refused write.
    """
    changes = Changes(gate, caller, Kind.STANDARD)
    change = changes.get(sys_id)
    found = _first_met(gate, sys_id)
    return change if found is None else changes.update(sys_id, {name: found.value(name) for name in SET}).row


def _first_met(gate: Gate, sys_id: str) -> Row | None:
    """Conditions are tried by their order; the ones after the first that is met are ignored (D)."""
    instance = Caller.system()
    changes = gate.record(TABLE, instance)
    for condition in gate.record(CONDITIONS, instance).query("active=true^ORDERBYorder^ORDERBYname").rows:
        own = narrowed(parse(condition.value("condition")), f"sys_id={sys_id}")
        if changes.find(str(own), ("sys_id",)) is not None:
            return condition
    return None

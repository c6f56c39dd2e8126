"""The caller's own approvals of a change (rest 8, D)."""

from ..access.caller import Caller
from ..records.gate import Gate
from ..records.row import Row
from ..records.scripts.approvals import TABLE
from .changes import TABLE as CHANGES
from .errors import BadDecision, NothingToApprove

DECISIONS = frozenset({"approved", "rejected"})


def decide(gate: Gate, caller: Caller, change: str, decision: str, comments: str = "") -> Row:
    """Approve or reject what the caller is asked for. Raises BadDecision, NoRecordFound or NothingToApprove."""
    if decision not in DECISIONS:
        raise BadDecision
    gate.record(CHANGES, caller).get(change, ["sys_id"])
    approvals = gate.record(TABLE, caller)
    asked = approvals.find(f"sysapproval={change}^approver={caller.user}^state=requested", ["sys_id"])
    if asked is None:
        raise NothingToApprove
    approvals.update(asked.sys_id, {"state": decision, "comments": comments})
    return approvals.get(asked.sys_id, displayed=True)

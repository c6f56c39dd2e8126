"""Approvals of changes: asked for when a state needs them, and moving the change on when they are given.

Who is asked is ours, where the platform has a workflow that an instance may edit: in Assess the members of the
assignment group, in Authorize those of the group *CAB Approval*; where there are none, the holders of the role
change_manager, else of admin. One approval is enough, one rejection too (platform 5.3, D for what follows from them).
"""

from collections.abc import Sequence

from ...errors import PlatformError
from ...query import literal
from ..draft import Draft

TABLE = "sysapproval_approver"
ASSESS, AUTHORIZE, SCHEDULED, NEW = "-4", "-3", "-2", "-5"
NEXT = {ASSESS: AUTHORIZE, AUTHORIZE: SCHEDULED}
BOARD = "CAB Approval"
DECIDERS = ("change_manager", "admin")


def request_approvals(draft: Draft) -> str:
    """Ask the people who decide about this state, and note on the change that they were asked."""
    approvals = draft.work.record(TABLE)
    for person in _approvers(draft):
        approvals.insert(
            {
                "approver": person,
                "sysapproval": draft.sys_id,
                "document_id": draft.sys_id,
                "source_table": draft.table,
                "state": "requested",
            }
        )
    draft.give("approval", "requested")
    return ""


def withdraw_approvals(draft: Draft) -> str:
    """What was asked for the state before is no longer required."""
    approvals = draft.work.record(TABLE)
    for each in approvals.query(f"sysapproval={draft.sys_id}^state=requested", fields=["sys_id"]).rows:
        approvals.update(each.sys_id, {"state": "not_required"})
    return ""


def follow_approval(draft: Draft) -> str:
    """Move the change on when its approval is given, back to New when it is refused.

    One that may not move, on hold for instance, bears the decision until it may.
    """
    changes = draft.work.record("change_request")
    change = changes.find(f"sys_id={literal(draft.raw('sysapproval'))}", ["sys_id", "state"])
    if change is None or change.value("state") not in NEXT:
        return ""
    decision = draft.raw("state")
    target = NEW if decision == "rejected" else NEXT[change.value("state")]
    for values in ({"approval": decision, "state": target}, {"approval": decision}):
        try:
            changes.update(change.sys_id, values)
            break
        except PlatformError as refusal:
            draft.work.trail.alter("approval", "state model", f"The change stays where it is: {refusal}")
    return ""


def _approvers(draft: Draft) -> Sequence[str]:
    read = draft.work.read
    wanted = {ASSESS: f"sys_id={literal(draft.raw('assignment_group'))}", AUTHORIZE: f"name={BOARD}"}
    found: list[str] = []
    for group in read("sys_user_group", wanted[draft.raw("state")], ("sys_id",)):
        query = f"group={group['sys_id']}^user.active=true^ORDERBYsys_id"
        found += [str(row["user"]) for row in read("sys_user_grmember", query, ("user",))]
    for role in DECIDERS:
        if not found:
            query = f"role.name={role}^state=active^user.active=true^ORDERBYuser.user_name"
            found = [str(row["user"]) for row in read("sys_user_has_role", query, ("user",))]
    return list(dict.fromkeys(found))

"""The second layer of the scope step: the cross-scope privileges of the scope whose code acts.

Runtime Access Tracking says what becomes of an access that no privilege names (platform 3 tracking, D): None lets it
pass, Tracking writes it down as Allowed, Enforcing writes it down as Requested and refuses it until an admin allows it.
A denied privilege refuses always.
"""

from ..errors import PrivilegeRefused
from .policy import ApplicationScope, Policy
from .target import PREFIX, STEP, Target, refuse
from .trail import Note, Trail

TABLE = "sys_scope_privilege"
TRACKING = "permissive"
ENFORCING = "enforcing"


def check_privilege(policy: Policy, trail: Trail, target: Target) -> None:
    """Raises PrivilegeRefused."""
    scope = trail.caller.scope
    name = policy.scope_name(scope)
    privilege = policy.privileges.get((scope, target.name, target.operation))
    application = policy.scopes.get(scope)
    tracking = application.runtime_access_tracking if application else ""
    status = privilege.status if privilege else "none"
    record = f"{TABLE}.{privilege.sys_id}" if privilege else f"sys_scope.{application.sys_id}" if application else ""
    if application is not None and privilege is None and tracking in {TRACKING, ENFORCING}:
        _request(policy, trail, target, application)
    if status == "denied" or (tracking == ENFORCING and status != "allowed"):
        error = PrivilegeRefused(target.verb, target.name, name, target.kind)
        reason = f"{name} needs an allowed privilege to {target.operation} {target.name}."
        refuse(trail, error, f"Cross-scope privilege: {status}", reason, record)
    trail.allow(STEP, f"Cross-scope privilege: {status}", _why_granted(tracking, status), record)


def _why_granted(tracking: str, status: str) -> str:
    if status == "none" and tracking == TRACKING:
        return "Runtime Access Tracking is Tracking: the access is granted and added to the privileges."
    return "Nothing denies it."


def _request(policy: Policy, trail: Trail, target: Target, application: ApplicationScope) -> None:
    """Have the access written down, and what was granted also told in the log (platform 3 b granted, F)."""
    granted = application.runtime_access_tracking == TRACKING
    name = application.name
    message = (
        f"{PREFIX}{target.verb} operation on {target.kind} '{target.name}' from scope '{name}' was granted and added "
        f"to '{name}' cross scope privileges"
        if granted
        else ""
    )
    values = {
        "source_scope": application.sys_id,
        "target_scope": target.scope_id(policy),
        "target_name": target.name,
        "target_type": target.type,
        "operation": target.operation,
        "status": "allowed" if granted else "requested",
    }
    trail.notes.append(Note(message, application.scope, TABLE, values, frozenset({"status", "target_scope"})))

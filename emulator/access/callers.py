"""The third layer of the scope step: the target's Restricted Caller Access (platform 3 layer c, D).

Caller Tracking lets every caller in and writes it down as Allowed; Caller Restriction writes it down as Requested and
refuses it until an admin allows it; None asks nobody.
"""

from ..errors import CallerRestricted, SourceNotFound
from .policy import ApplicationScope, CallerAccess, Policy
from .target import STEP, Target, refuse
from .trail import Note, Trail

TABLE = "sys_restricted_caller_access"
REQUESTED, ALLOWED = "1", "2"


def check_restricted_caller(policy: Policy, trail: Trail, target: Target) -> None:
    """Raises CallerRestricted, or SourceNotFound where the scope has no sys_scope record."""
    access = policy.caller_access.get(target.name)
    if access is None:
        trail.allow(STEP, "Caller Access: None", f"{target.name} is restricted to no callers.")
        return
    scope = trail.caller.scope
    name = policy.scope_name(scope)
    source = policy.scopes.get(scope)
    restricts = access.kind == CallerAccess.RESTRICTION
    found = policy.restricted_callers.get((scope, target.name, target.operation))
    status = found.status if found else "none"
    record = f"{TABLE}.{found.sys_id}" if found else access.record
    if source is None and restricts:
        error = SourceNotFound(target.verb, target.name, name, target.kind)
        refuse(trail, error, "Caller Access: Caller Restriction", f"No sys_scope record is called {scope}.", record)
    if source is not None and found is None:
        _request(policy, trail, target, source, REQUESTED if restricts else ALLOWED)
    if status == "denied" or (restricts and status != "allowed"):
        denied = CallerRestricted(target.verb, target.name, name, target.kind)
        reason = f"{name} needs an allowed Restricted Caller Access privilege to {target.operation} {target.name}."
        refuse(trail, denied, f"Restricted Caller Access: {status}", reason, record)
    trail.allow(STEP, f"Restricted Caller Access: {status}", "Nothing denies it.", record)


def _request(policy: Policy, trail: Trail, target: Target, source: ApplicationScope, status: str) -> None:
    values = {
        "source_type": "scope",
        "source_scope": source.sys_id,
        "source": source.scope,
        "target_type": target.type,
        "target_scope": target.scope_id(policy),
        "target_table": target.name if target.type == "sys_db_object" else "",
        "target": target.name,
        "operation": target.operation,
        "status": status,
    }
    trail.notes.append(
        Note("", source.scope, TABLE, values, frozenset({"status", "target_scope", "source", "source_type"}))
    )

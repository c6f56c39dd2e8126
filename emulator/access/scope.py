"""The scope step: may the code of this application scope touch this table?

It concerns code that runs in a scope. A person in a list and a client of the REST API run no such code.
"""

from ..dictionary.model import ApplicationAccess, Dictionary, Table
from ..errors import PrivilegeRefused, ScopeRefused
from .caller import Channel
from .operations import Operation
from .policy import Policy
from .trail import Trail

STEP = "scope"
NEWER_WORDING_SINCE = (1, 1)
"""The app's texts say *because of* from this version on (platform 7.1: wording changed in autumn 2020; number ours)."""


def check_scope(dictionary: Dictionary, policy: Policy, trail: Trail, operation: Operation) -> None:
    """Raises ScopeRefused (application access) or PrivilegeRefused (cross-scope privilege)."""
    caller = trail.caller
    table = dictionary.table(trail.table)
    if caller.channel is not Channel.SCRIPT or caller.scope == table.scope:
        trail.allow(STEP, "own scope", "No code of another application scope is at work.")
        return
    _check_application_access(table, policy, trail, operation)
    _check_privilege(policy, trail, operation)


def _check_application_access(table: Table, policy: Policy, trail: Trail, operation: Operation) -> None:
    missing = _missing_flag(table.access, operation)
    record = f"sys_db_object.{table.sys_id}"
    if missing:
        trail.refuse(
            ScopeRefused(operation.in_scope_text, table.name, trail.caller.scope, _wording(policy, trail.caller.scope)),
            STEP,
            f"Application Access of {table.name}: {missing}",
            f"Code of scope {trail.caller.scope} needs it to {operation} records.",
            record,
        )
    trail.allow(STEP, f"Application Access of {table.name}", f"All application scopes may {operation}.", record)


def _missing_flag(access: ApplicationAccess, operation: Operation) -> str:
    """The setting that stands in the way, by its label on the table's record; Can read is needed for all else (D)."""
    needed = [
        (access.all_scopes, "Accessible from"),
        (access.read, "Can read"),
        (operation is not Operation.CREATE or access.create, "Can create"),
        (operation is not Operation.WRITE or access.update, "Can update"),
        (operation is not Operation.DELETE or access.delete, "Can delete"),
    ]
    return next((label for given, label in needed if not given), "")


def _wording(policy: Policy, scope: str) -> str:
    found = policy.scopes.get(scope)
    parts = (found.version if found else "").split(".")
    version = tuple(int(part) for part in parts if part.isdecimal())
    return "because of" if version >= NEWER_WORDING_SINCE else "due to"


def _check_privilege(policy: Policy, trail: Trail, operation: Operation) -> None:
    """A denied privilege refuses always, a requested one where the scope's tracking is Enforcing (platform 3, D)."""
    scope = trail.caller.scope
    privilege = policy.privileges.get((scope, trail.table, operation))
    application = policy.scopes.get(scope)
    enforcing = application is not None and application.runtime_access_tracking == "enforcing"
    status = privilege.status if privilege else "none"
    record = f"sys_scope_privilege.{privilege.sys_id}" if privilege else ""
    if status == "denied" or (enforcing and status != "allowed"):
        trail.refuse(
            PrivilegeRefused(operation.in_scope_text, trail.table, policy.scope_name(scope)),
            STEP,
            f"Cross-scope privilege: {status}",
            f"{policy.scope_name(scope)} needs an allowed privilege to {operation} {trail.table}.",
            record,
        )
    trail.allow(STEP, f"Cross-scope privilege: {status}", "Nothing denies it.", record)

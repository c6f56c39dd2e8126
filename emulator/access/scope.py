"""The scope step: may the code of this application scope touch this table, or call this script include?

It concerns code that runs in a scope. A person in a list and a client of the REST API run no such code. Three layers
refuse one after the other (platform 3, D): the target's Application Access, the scope's cross-scope privilege, and the
target's restricted caller access.
"""

from ..dictionary.model import ApplicationAccess, Dictionary, Table
from ..errors import PlatformError, ScopedApiRefused, ScopeRefused
from .caller import Channel
from .callers import check_restricted_caller
from .load_scopes import EXECUTE, SCRIPT_INCLUDE
from .operations import Operation
from .policy import Policy
from .privileges import check_privilege
from .target import STEP, Target, refuse
from .trail import Trail

__all__ = ["STEP", "check_execute", "check_scope"]

NEWER_WORDING_SINCE = (1, 1)
"""The app's texts say *because of* from this version on (platform 7.1: wording changed in autumn 2020; number ours)."""


def check_scope(dictionary: Dictionary, policy: Policy, trail: Trail, operation: Operation) -> None:
    """Raises ScopeRefused, PrivilegeRefused, CallerRestricted or SourceNotFound."""
    caller = trail.caller
    table = dictionary.table(trail.table)
    if caller.channel is not Channel.SCRIPT or caller.scope == table.scope:
        trail.allow(STEP, "own scope", "No code of another application scope is at work.")
        return
    _check_application_access(table, policy, trail, operation)
    target = Target(table.name, "sys_db_object", "table", table.scope, operation, operation.in_scope_text)
    check_privilege(policy, trail, target)
    check_restricted_caller(policy, trail, target)


def check_execute(policy: Policy, trail: Trail) -> None:
    """May the code call the script include that ``trail.table`` names?

    Raises ScopedApiRefused, PrivilegeRefused, CallerRestricted or SourceNotFound; LookupError when there is none.
    """
    include = policy.script_includes.get(trail.table)
    if include is None:
        raise LookupError(trail.table)
    caller = trail.caller
    if caller.channel is not Channel.SCRIPT or caller.scope == include.scope:
        trail.allow(STEP, "own scope", "No code of another application scope is at work.")
        return
    if not include.all_scopes:
        rule = f"Accessible from of {include.name}: This application scope only"
        refuse(
            trail, ScopedApiRefused(include.name, caller.scope), rule, f"It is {include.scope}'s own.", include.record
        )
    trail.allow(STEP, f"Accessible from of {include.name}", "All application scopes may call it.", include.record)
    target = Target(include.name, SCRIPT_INCLUDE, "script include", include.scope, EXECUTE, "Execute")
    check_privilege(policy, trail, target)
    check_restricted_caller(policy, trail, target)


def _check_application_access(table: Table, policy: Policy, trail: Trail, operation: Operation) -> None:
    missing = _missing_flag(table.access, operation)
    record = f"sys_db_object.{table.sys_id}"
    scope = trail.caller.scope
    if missing:
        error: PlatformError = ScopeRefused(operation.in_scope_text, table.name, scope, _wording(policy, scope))
        rule = f"Application Access of {table.name}: {missing}"
        refuse(trail, error, rule, f"Code of scope {scope} needs it to {operation} records.", record)
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

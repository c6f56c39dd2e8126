"""Application scopes and what each may do to others, from the records that hold them."""

from collections.abc import Iterable, Mapping

from ..dictionary.rows import ReadTable
from .policy import ApplicationScope, CallerAccess, ScopePrivilege, ScriptInclude

EXECUTE = "execute"
SCRIPT_INCLUDE = "sys_script_include"

RESTRICTED_STATUS = {"1": "requested", "2": "allowed", "3": "denied", "4": "invalidated"}
"""The numbers of sys_restricted_caller_access (2 is Allowed: platform 2.3, D; the others G)."""

_STRICTER = ("allowed", "requested", "invalidated", "denied")
"""Of several records for the same the strictest counts, whatever their order."""

Key = tuple[str, str, str]


def load_scopes(read: ReadTable) -> Mapping[str, ApplicationScope]:
    rows = read("sys_scope", "", ("sys_id", "scope", "name", "version", "runtime_access_tracking"))
    return {
        row["scope"]: ApplicationScope(
            row["sys_id"],
            row["scope"],
            row["name"] or row["scope"],
            row["version"] or "",
            row["runtime_access_tracking"] or "",
        )
        for row in rows
        if row["scope"]
    }


def load_privileges(read: ReadTable) -> Mapping[Key, ScopePrivilege]:
    paths = ("sys_id", "source_scope.scope", "target_name", "target_type", "operation", "status")
    return _strictest(
        (
            (row["source_scope.scope"] or "", row["target_name"] or "", row["operation"] or ""),
            ScopePrivilege(row["sys_id"], row["status"] or ""),
        )
        for row in read("sys_scope_privilege", "ORDERBYsys_id", paths)
        if (row["target_type"] == "sys_db_object") is not (row["operation"] == EXECUTE)
    )


def load_restricted_callers(read: ReadTable) -> Mapping[Key, ScopePrivilege]:
    paths = ("sys_id", "source_scope.scope", "target", "target_table", "operation", "status")
    return _strictest(
        (
            (row["source_scope.scope"] or "", row["target"] or row["target_table"] or "", row["operation"] or ""),
            ScopePrivilege(row["sys_id"], RESTRICTED_STATUS.get(row["status"] or "", "")),
        )
        for row in read("sys_restricted_caller_access", "ORDERBYsys_id", paths)
    )


def _strictest(found: Iterable[tuple[Key, ScopePrivilege]]) -> Mapping[Key, ScopePrivilege]:
    kept: dict[Key, ScopePrivilege] = {}
    for key, privilege in found:
        if key not in kept or _strictness(privilege) > _strictness(kept[key]):
            kept[key] = privilege
    return kept


def _strictness(privilege: ScopePrivilege) -> int:
    return _STRICTER.index(privilege.status) if privilege.status in _STRICTER else 1


def load_caller_access(read: ReadTable) -> Mapping[str, CallerAccess]:
    """By name of the table or script include. A table's own setting counts, not that of what it extends (G)."""
    return {
        row["name"]: CallerAccess(row["caller_access"], f"{table}.{row['sys_id']}")
        for table in (SCRIPT_INCLUDE, "sys_db_object")
        for row in read(table, "caller_accessISNOTEMPTY", ("sys_id", "name", "caller_access"))
        if row["name"]
    }


def load_script_includes(read: ReadTable) -> Mapping[str, ScriptInclude]:
    rows = read(SCRIPT_INCLUDE, "active=true^ORDERBYDESCsys_id", ("sys_id", "name", "access", "sys_scope.scope"))
    return {
        row["name"]: ScriptInclude(row["sys_id"], row["name"], row["sys_scope.scope"] or "", row["access"] == "public")
        for row in rows
        if row["name"]
    }

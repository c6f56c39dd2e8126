"""Compiles the Policy from the records that hold it."""

from collections import defaultdict
from collections.abc import Mapping

from ..dictionary.rows import ReadTable
from .addresses import TABLE as ADDRESSES
from .addresses import load_address_rules
from .policy import Acl, ApplicationScope, Policy, ScopePrivilege

POLICY_TABLES = frozenset(
    {
        "sys_security_acl",
        "sys_security_acl_role",
        "sys_scope",
        "sys_scope_privilege",
        "sys_user_role",
        "sys_user_role_contains",
        "sys_user_has_role",
        "sys_user_grmember",
        "sys_group_has_role",
        "sys_properties",
        ADDRESSES,
    }
)
"""A change to a record of these makes a new version of the policy."""


def load_policy(read: ReadTable) -> Policy:
    return Policy(
        acls=_acls(read),
        scopes=_scopes(read),
        privileges=_privileges(read),
        contained_roles=_contained_roles(read),
        properties={
            row["name"]: row["value"] or "" for row in read("sys_properties", "", ("name", "value")) if row["name"]
        },
        addresses=load_address_rules(read),
    )


def _acls(read: ReadTable) -> Mapping[tuple[str, str, str], tuple[Acl, ...]]:
    roles: dict[str, set[str]] = defaultdict(set)
    for row in read("sys_security_acl_role", "", ("sys_security_acl", "sys_user_role.name")):
        # A rule whose role was deleted asks for a role nobody has; it must not become a rule for everybody.
        roles[row["sys_security_acl"]].add(row["sys_user_role.name"] or "(deleted role)")
    found: dict[tuple[str, str, str], list[Acl]] = defaultdict(list)
    paths = ("sys_id", "name", "operation", "condition")
    for row in read("sys_security_acl", "active=true^type=record^ORDERBYsys_id", paths):
        table, _, field = (row["name"] or "").partition(".")
        acl = Acl(
            row["sys_id"], table, field, row["operation"], frozenset(roles[row["sys_id"]]), row["condition"] or ""
        )
        found[table, field, acl.operation].append(acl)
    return {key: tuple(acls) for key, acls in found.items()}


def _scopes(read: ReadTable) -> Mapping[str, ApplicationScope]:
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


def _privileges(read: ReadTable) -> Mapping[tuple[str, str, str], ScopePrivilege]:
    paths = ("sys_id", "source_scope.scope", "target_name", "operation", "status")
    return {
        (row["source_scope.scope"] or "", row["target_name"] or "", row["operation"] or ""): ScopePrivilege(
            row["sys_id"], row["status"] or ""
        )
        for row in read("sys_scope_privilege", "target_type=sys_db_object", paths)
    }


def _contained_roles(read: ReadTable) -> Mapping[str, frozenset[str]]:
    contained: dict[str, set[str]] = defaultdict(set)
    for row in read("sys_user_role_contains", "", ("role.name", "contains.name")):
        if row["role.name"] and row["contains.name"]:
            contained[row["role.name"]].add(row["contains.name"])
    return {role: frozenset(names) for role, names in contained.items()}

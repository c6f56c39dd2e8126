"""Compiles the Policy from the records that hold it."""

from collections import defaultdict
from collections.abc import Mapping

from ..dictionary.rows import ReadTable
from .addresses import TABLE as ADDRESSES
from .addresses import load_address_rules
from .load_acls import load_acls, load_elevated_roles
from .load_scopes import (
    load_caller_access,
    load_privileges,
    load_restricted_callers,
    load_scopes,
    load_script_includes,
)
from .policy import Policy

POLICY_TABLES = frozenset(
    {
        "sys_security_acl",
        "sys_security_acl_role",
        "sys_scope",
        "sys_scope_privilege",
        "sys_restricted_caller_access",
        "sys_script_include",
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
        acls=load_acls(read),
        scopes=load_scopes(read),
        privileges=load_privileges(read),
        caller_access=load_caller_access(read),
        restricted_callers=load_restricted_callers(read),
        script_includes=load_script_includes(read),
        elevated_roles=load_elevated_roles(read),
        contained_roles=_contained_roles(read),
        properties={
            row["name"]: row["value"] or "" for row in read("sys_properties", "", ("name", "value")) if row["name"]
        },
        addresses=load_address_rules(read),
    )


def _contained_roles(read: ReadTable) -> Mapping[str, frozenset[str]]:
    contained: dict[str, set[str]] = defaultdict(set)
    for row in read("sys_user_role_contains", "", ("role.name", "contains.name")):
        if row["role.name"] and row["contains.name"]:
            contained[row["role.name"]].add(row["contains.name"])
    return {role: frozenset(names) for role, names in contained.items()}

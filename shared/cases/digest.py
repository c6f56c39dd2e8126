"""A pair's policies, dictionary, properties, users and connections as one value, to see what was left behind."""

from collections.abc import Mapping
from typing import Any

from ..clients.apis import SECURITY_ADMIN, InstanceApi, TenantApi
from ..clients.target import Target

TABLES = (
    "sys_db_object",
    "sys_dictionary",
    "sys_choice",
    "sys_properties",
    "sys_scope",
    "sys_scope_privilege",
    "sys_security_acl",
    "sys_security_acl_role",
    "sys_script",
    "sys_data_policy2",
    "sys_data_policy_rule",
    "sys_user",
    "sys_user_role",
    "sys_user_has_role",
    "sys_user_group",
    "oauth_entity",
    "oauth_credential",
    "ip_access",
    "task",
    "syslog",
)
MOST = 100_000
PASSING = frozenset({"last_login", "last_login_time", "last_used", "last_call", "sys_updated_on", "sys_mod_count"})
"""Changes with every request, whoever makes it."""

Digest = Mapping[str, Mapping[str, Any]]


def digest(target: Target) -> Digest:
    """Records by table and sys_id, the clocks and what the tenant knows."""
    instance = InstanceApi(target.emulator)
    known = {row["name"] for row in instance.rows("sys_db_object", "", fields="name")}
    tables = {
        table: {row["sys_id"]: _lasting(row) for row in instance.rows(table, "", limit=MOST)}
        for table in TABLES
        if table in known
    }
    return {**tables, "clocks": _clocks(target), "tenant": _tenant(target)}


def differences(before: Digest, after: Digest) -> list[str]:
    """What is new, gone or changed, one sentence each."""
    told = []
    for table in before:
        old, new = before[table], after.get(table, {})
        told += [f"{table} {each} is new" for each in new.keys() - old.keys()]
        told += [f"{table} {each} is gone" for each in old.keys() - new.keys()]
        told += [f"{table} {each} is changed" for each in old.keys() & new.keys() if old[each] != new[each]]
    return told


def _lasting(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in PASSING}


def _clocks(target: Target) -> dict[str, Any]:
    labs = {"instance": target.instance_lab, "tenant": target.tenant_lab}
    found = {name: lab.get("clock") for name, lab in labs.items()}
    return {name: (round(clock["offset_seconds"]), clock["frozen"]) for name, clock in found.items()}


def _tenant(target: Target) -> dict[str, Any]:
    tenant = TenantApi(target.connector, str(target.tenant_lab.health()["name"]), SECURITY_ADMIN)
    tickets = {each["id"]: each for each in tenant.get("tickets", limit=100)["value"]}
    users = {each["id"]: each for each in tenant.get("users", limit=100)["value"]}
    return {"connection": _lasting(tenant.get("connection")), **tickets, **users}

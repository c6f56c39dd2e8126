"""The access controls and the elevated roles, from the records that hold them."""

from collections import defaultdict
from collections.abc import Mapping

from ..dictionary.rows import ReadTable
from .policy import Acl

DELETED_ROLE = "(deleted role)"
"""A rule whose role was deleted asks for a role nobody has; it must not become a rule for everybody."""


def load_acls(read: ReadTable) -> Mapping[tuple[str, str, str], tuple[Acl, ...]]:
    roles: dict[str, set[str]] = defaultdict(set)
    for row in read("sys_security_acl_role", "", ("sys_security_acl", "sys_user_role.name")):
        roles[row["sys_security_acl"]].add(row["sys_user_role.name"] or DELETED_ROLE)
    found: dict[tuple[str, str, str], list[Acl]] = defaultdict(list)
    paths = ("sys_id", "name", "operation", "condition", "script", "admin_overrides")
    for row in read("sys_security_acl", "active=true^type=record^ORDERBYsys_id", paths):
        table, _, field = (row["name"] or "").partition(".")
        acl = Acl(
            sys_id=row["sys_id"],
            table=table,
            field=field,
            operation=row["operation"] or "",
            roles=frozenset(roles[row["sys_id"]]),
            condition=row["condition"] or "",
            predicate=row["script"] or "",
            admin_overrides=row["admin_overrides"] is not False,
        )
        found[table, field, acl.operation].append(acl)
    return {key: tuple(acls) for key, acls in found.items()}


def load_elevated_roles(read: ReadTable) -> frozenset[str]:
    rows = read("sys_user_role", "elevated_privilege=true", ("name",))
    return frozenset(row["name"] for row in rows if row["name"])

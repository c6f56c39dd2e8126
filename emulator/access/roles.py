"""A user's roles: given directly or through groups, with all that they contain."""

from ..dictionary.rows import ReadTable
from .policy import Policy


def roles_of(read: ReadTable, policy: Policy, user: str, elevated: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the names of every role of the user with this sys_id; of the elevated ones only those in ``elevated``."""
    direct = read("sys_user_has_role", f"user={user}^state=active", ("role.name",))
    groups = [row["group"] for row in read("sys_user_grmember", f"user={user}", ("group",)) if row["group"]]
    names = {row["role.name"] for row in direct if row["role.name"]}
    if groups:
        given = read("sys_group_has_role", f"groupIN{','.join(groups)}", ("role.name",))
        names |= {row["role.name"] for row in given if row["role.name"]}
    return policy.closure(frozenset(names), elevated)

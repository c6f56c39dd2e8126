"""Rate limit rules (sys_rate_limit_rules): how many requests an hour a user may send to an API (platform 4.3, D)."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..access.caller import Caller
from ..dictionary.rows import ReadTable

RATE_LIMIT_RULES = "sys_rate_limit_rules"
USER, ROLE, ALL = "user", "role", "all"
KINDS = (USER, ROLE, ALL)
"""Whom a rule is for; the first kind of which one fits decides."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """One active rule. An empty ``table`` means all that the API reaches."""

    sys_id: str
    api: str
    kind: str
    per_hour: int
    name: str = ""
    table: str = ""
    user: str = ""
    role: str = ""

    def binds(self, api: str, table: str, caller: Caller) -> bool:
        if self.api != api or self.table not in {"", table}:
            return False
        if self.kind == USER:
            return self.user == caller.user
        return self.kind == ALL or self.role in caller.roles


def limit_for(rules: Sequence[RateLimit], api: str, table: str, caller: Caller) -> RateLimit | None:
    """The rule that decides: the user's own before a role's before that for all; of several the lowest."""
    bound = [rule for rule in rules if rule.binds(api, table, caller)]
    return min(bound, key=lambda rule: (KINDS.index(rule.kind), rule.per_hour), default=None)


def load_rate_limits(read: ReadTable) -> Sequence[RateLimit]:
    paths = ("sys_id", "rest_api", "type", "request_limit", "name", "table", "user", "role.name")
    return [
        RateLimit(
            sys_id=str(row["sys_id"]),
            api=row["rest_api"] or "",
            kind=row["type"] if row["type"] in KINDS else ALL,
            per_hour=row["request_limit"],
            name=row["name"] or "",
            table=row["table"] or "",
            user=row["user"] or "",
            role=row["role.name"] or "",
        )
        for row in read(RATE_LIMIT_RULES, "active=true^request_limit>=0", paths)
    ]

"""The access rules of an instance as one value, compiled from its records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from .addresses import AddressRule
from .caller import Caller


@dataclass(frozen=True, slots=True)
class Acl:
    """One sys_security_acl record. ``field`` is empty for a rule on whole records."""

    sys_id: str
    table: str
    field: str
    operation: str
    roles: frozenset[str] = frozenset()
    condition: str = ""
    """An encoded query that the record has to match."""
    predicate: str = ""
    """What its script is here: the name of a predicate that has to hold (predicates.py)."""
    admin_overrides: bool = True
    """Whether an admin passes unasked."""

    @property
    def name(self) -> str:
        return f"{self.table}.{self.field}" if self.field else self.table

    @property
    def record(self) -> str:
        return f"sys_security_acl.{self.sys_id}"


@dataclass(frozen=True, slots=True)
class ApplicationScope:
    """One sys_scope record."""

    sys_id: str
    scope: str
    name: str
    version: str = ""
    runtime_access_tracking: str = ""
    """``permissive`` (Tracking), ``enforcing`` (Enforcing) or empty (None)."""


@dataclass(frozen=True, slots=True)
class ScopePrivilege:
    """One sys_scope_privilege record: ``status`` is requested, allowed or denied (platform 2.3, D/F)."""

    sys_id: str
    status: str


@dataclass(frozen=True, slots=True)
class CallerAccess:
    """How a table or script include is restricted to callers (platform 2.3, D): tracking, restriction or not at all."""

    kind: str
    record: str

    TRACKING: ClassVar[str] = "1"
    RESTRICTION: ClassVar[str] = "2"


@dataclass(frozen=True, slots=True)
class ScriptInclude:
    """One active sys_script_include record: an API that code of other scopes may call."""

    sys_id: str
    name: str
    scope: str
    all_scopes: bool = True

    @property
    def record(self) -> str:
        return f"sys_script_include.{self.sys_id}"


@dataclass(frozen=True)
class Policy:
    """Who may do what. Immutable: a changed record makes a new Policy."""

    acls: Mapping[tuple[str, str, str], tuple[Acl, ...]] = field(default_factory=dict)
    """By table, field (empty: the record) and operation."""
    scopes: Mapping[str, ApplicationScope] = field(default_factory=dict)
    privileges: Mapping[tuple[str, str, str], ScopePrivilege] = field(default_factory=dict)
    """By source scope, name of the table or script include, and operation."""
    caller_access: Mapping[str, CallerAccess] = field(default_factory=dict)
    """By name of the table or script include; those without are open."""
    restricted_callers: Mapping[tuple[str, str, str], ScopePrivilege] = field(default_factory=dict)
    """By source scope, target and operation; ``status`` is that of sys_scope_privilege."""
    script_includes: Mapping[str, ScriptInclude] = field(default_factory=dict)
    elevated_roles: frozenset[str] = frozenset()
    """Roles that count only in a session that was elevated to them (platform 2.2)."""
    contained_roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The roles that each role contains directly."""
    properties: Mapping[str, str] = field(default_factory=dict)
    addresses: tuple[AddressRule, ...] = ()
    """IP Address Access Control."""

    def holds(self, caller: Caller, role: str) -> bool:
        """Whether the caller has the role; an admin has every one but those a session must be elevated to."""
        return role in caller.roles or (caller.is_admin and role not in self.elevated_roles)

    def closure(self, roles: frozenset[str], elevated: frozenset[str] = frozenset()) -> frozenset[str]:
        """The roles and all that they contain, however deep; of the elevated roles only those given."""
        reached: set[str] = set()
        waiting = list(roles)
        asleep = self.elevated_roles - elevated
        while waiting:
            role = waiting.pop()
            if role not in reached and role not in asleep:
                reached.add(role)
                waiting.extend(self.contained_roles.get(role, ()))
        return frozenset(reached)

    def scope_name(self, scope: str) -> str:
        """An application's display name; the scope itself when there is no record of it."""
        found = self.scopes.get(scope)
        return found.name if found else scope

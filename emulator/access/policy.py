"""The access rules of an instance as one value, compiled from its records."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .addresses import AddressRule


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


@dataclass(frozen=True)
class Policy:
    """Who may do what. Immutable: a changed record makes a new Policy."""

    acls: Mapping[tuple[str, str, str], tuple[Acl, ...]] = field(default_factory=dict)
    """By table, field (empty: the record) and operation."""
    scopes: Mapping[str, ApplicationScope] = field(default_factory=dict)
    privileges: Mapping[tuple[str, str, str], ScopePrivilege] = field(default_factory=dict)
    """By source scope, table and operation."""
    contained_roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The roles that each role contains directly."""
    properties: Mapping[str, str] = field(default_factory=dict)
    addresses: tuple[AddressRule, ...] = ()
    """IP Address Access Control."""

    def closure(self, roles: frozenset[str]) -> frozenset[str]:
        """The roles and all that they contain, however deep."""
        reached: set[str] = set()
        waiting = list(roles)
        while waiting:
            role = waiting.pop()
            if role not in reached:
                reached.add(role)
                waiting.extend(self.contained_roles.get(role, ()))
        return frozenset(reached)

    def scope_name(self, scope: str) -> str:
        """An application's display name; the scope itself when there is no record of it."""
        found = self.scopes.get(scope)
        return found.name if found else scope

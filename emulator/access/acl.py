"""The user step: access control lists on records and on fields.

The most specific name that has a rule decides: the table, then each table it extends, then ``*``; several rules under
one name are alternatives (general knowledge of the platform, G; the order is one function here). An admin passes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..dictionary.model import Dictionary
from .caller import Caller
from .operations import Operation
from .policy import Acl, Policy

ANY = "*"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of a caller: allowed or not, and on which records.

    ``conditions`` are alternatives, each an encoded query; none means every record.
    """

    allowed: bool
    rule: str
    reason: str
    record: str = ""
    conditions: tuple[str, ...] = ()

    @property
    def restriction(self) -> str:
        """The alternatives as one encoded query, empty where every record is allowed."""
        return "^NQ".join(self.conditions)


def judge_record(dictionary: Dictionary, policy: Policy, caller: Caller, table: str, operation: Operation) -> Verdict:
    """May the caller do this to records of the table, and to which?"""
    names = [each.name for each in dictionary.chain(table)] + [ANY]
    found = _first(policy, [(name, "") for name in names], operation)
    if caller.is_system or caller.is_admin:
        return Verdict(True, "admin override", "The caller is an admin or the instance itself.")
    if not found:
        return Verdict(False, "default deny", f"No ACL grants {operation} on {table}.")
    return _judge(found, caller, operation)


def judge_field(
    dictionary: Dictionary, policy: Policy, caller: Caller, table: str, element: str, operation: Operation
) -> Verdict:
    """May the caller do this to one field? A field without a rule follows its record."""
    tables = [each.name for each in dictionary.chain(table)] + [ANY]
    names = [(name, element) for name in tables] + [(name, ANY) for name in tables]
    found = _first(policy, names, operation)
    if caller.is_system or caller.is_admin or not found:
        return Verdict(True, "no field rule", "The record's rule decides.")
    return _judge(found, caller, operation)


def _first(policy: Policy, names: Sequence[tuple[str, str]], operation: Operation) -> Sequence[Acl]:
    return next(filter(None, (policy.acls.get((*name, operation)) for name in names)), ())


def _judge(acls: Sequence[Acl], caller: Caller, operation: Operation) -> Verdict:
    passed = [acl for acl in acls if not acl.roles or any(caller.has_role(role) for role in acl.roles)]
    if not passed:
        needed = ", ".join(sorted({role for acl in acls for role in acl.roles}))
        return Verdict(False, f"ACL {acls[0].name} ({operation})", f"It asks for the role {needed}.", acls[0].record)
    free = next((acl for acl in passed if not acl.condition), None)
    best = free or passed[0]
    return Verdict(
        True,
        f"ACL {best.name} ({operation})",
        "Its roles are met." if best.roles else "It asks for no role.",
        best.record,
        () if free else tuple(acl.condition for acl in passed),
    )

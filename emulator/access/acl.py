"""The user step: access control lists on records and on fields.

The most specific name that has a rule decides: the table, then each table it extends, then ``*``; several rules under
one name are alternatives (general knowledge of the platform, G; the order is one function here). A rule asks for a
role, a condition and a script, all of them; where it says *Admin overrides*, an admin passes unasked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from ..dictionary.model import Dictionary
from ..query import EncodedQuery, parse
from .caller import Caller
from .operations import Operation
from .policy import Acl, Policy
from .predicates import Asked, evaluate
from .read_only import ROLE, is_read_only

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


THE_INSTANCE = Verdict(True, "the instance itself", "No rule binds what the instance does of its own.")


def judge_record(dictionary: Dictionary, policy: Policy, caller: Caller, table: str, operation: Operation) -> Verdict:
    """May the caller do this to records of the table, and to which?"""
    if caller.is_system:
        return THE_INSTANCE
    if is_read_only(policy.properties, caller, table, operation):
        return Verdict(False, f"role {ROLE}", f"Users with the role {ROLE} may change nothing.")
    found = _first(policy, record_names(dictionary, table), operation)
    if found:
        return _judge(policy, found, operation, Asked(dictionary, table, caller))
    if caller.is_admin:
        return Verdict(True, "admin override", f"No ACL names {table}, so it is an admin's.")
    return Verdict(False, "default deny", f"No ACL grants {operation} on {table}.")


def judge_field(
    dictionary: Dictionary, policy: Policy, caller: Caller, table: str, element: str, operation: Operation
) -> Verdict:
    """May the caller do this to one field? A field without a rule follows its record."""
    if caller.is_system:
        return THE_INSTANCE
    found = _first(policy, field_names(dictionary, table, element), operation)
    if not found:
        return Verdict(True, "no field rule", "The record's rule decides.")
    return _judge(policy, found, operation, Asked(dictionary, table, caller))


Name = tuple[str, str]


def record_names(dictionary: Dictionary, table: str) -> Sequence[Name]:
    """The names a rule on records may have to bind this table, the most specific first."""
    return [(each.name, "") for each in dictionary.chain(table)] + [(ANY, "")]


def field_names(dictionary: Dictionary, table: str, element: str) -> Sequence[Name]:
    """The names a rule on fields may have to bind this one, the most specific first."""
    tables = [each.name for each in dictionary.chain(table)] + [ANY]
    return [(name, element) for name in tables] + [(name, ANY) for name in tables]


def _first(policy: Policy, names: Sequence[Name], operation: Operation) -> Sequence[Acl]:
    return next(filter(None, (policy.acls.get((*name, operation)) for name in names)), ())


def _judge(policy: Policy, acls: Sequence[Acl], operation: Operation, asked: Asked) -> Verdict:
    passed = list(_passed(policy, acls, asked))
    if not passed:
        reason = "; or ".join(sorted({_asks_for(policy, acl, asked.caller) for acl in acls}))
        return Verdict(False, f"ACL {acls[0].name} ({operation})", f"It asks for {reason}.", acls[0].record)
    free = [acl for acl, condition in passed if not condition]
    best = (free or [acl for acl, _condition in passed])[0]
    return Verdict(
        True,
        f"ACL {best.name} ({operation})",
        _how_passed(best, asked.caller),
        best.record,
        () if free else tuple(condition for _acl, condition in passed),
    )


def _passed(policy: Policy, acls: Sequence[Acl], asked: Asked) -> Iterator[tuple[Acl, str]]:
    """The rules that let the caller through, each with the records it does so for."""
    for acl in acls:
        if _is_overridden(acl, asked.caller):
            yield acl, ""
        elif not acl.roles or any(policy.holds(asked.caller, role) for role in acl.roles):
            held = evaluate(acl.predicate, asked) if acl.predicate else ""
            if held is not None:
                yield acl, _both(acl.condition, held)


def _is_overridden(acl: Acl, caller: Caller) -> bool:
    return acl.admin_overrides and caller.is_admin


def _both(one: str, other: str) -> str:
    """An encoded query for the records that match two."""
    if not one or not other:
        return one or other
    pairs = product(parse(one).groups, parse(other).groups)
    return str(EncodedQuery(tuple(left + right for left, right in pairs)))


def _how_passed(acl: Acl, caller: Caller) -> str:
    if _is_overridden(acl, caller):
        return "Admin overrides is ticked, and the caller is an admin."
    return "Its roles are met." if acl.roles else "It asks for no role."


def _asks_for(policy: Policy, acl: Acl, caller: Caller) -> str:
    asked = []
    if acl.roles and not any(policy.holds(caller, role) for role in acl.roles):
        asked.append(f"the role {' or '.join(sorted(acl.roles))}")
        if acl.roles & policy.elevated_roles:
            asked[-1] += " (to which a session is elevated)"
    else:
        asked.append(f"what its script {acl.predicate} demands")
    if caller.is_admin:
        asked.append("and Admin overrides is unticked")
    return ", ".join(asked)

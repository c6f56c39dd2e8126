"""``roles=itil``: who holds a role, asked of a user as if the roles stood in a field.

The vendor's examples of encoded queries ask so, ``assigned_to.roles=itil`` among them. The field itself holds nothing:
which roles a user has are records of their own.
"""

from collections.abc import Mapping

from ..dictionary.model import Dictionary
from .nodes import EncodedQuery, Term
from .paths import Place, compared_place

USERS = "sys_user"
ROLES = "roles"
HELD = "sys_user_has_role"
HOLDER = "user"

ASKED: Mapping[str, tuple[str, bool]] = {
    **{each: (each, True) for each in ("=", "IN", "LIKE", "STARTSWITH", "ENDSWITH")},
    "ISNOTEMPTY": ("ANYTHING", True),
    "!=": ("=", False),
    "NOT IN": ("IN", False),
    "NOT LIKE": ("LIKE", False),
    "ISEMPTY": ("ANYTHING", False),
}
"""By operator: what one of the roles has to fulfil, or none of them."""


def holder(dictionary: Dictionary, table: str, term: Term) -> Place | None:
    """Where the sys_id of the user stands whose roles a term asks for; None when it asks for something else."""
    path, _, last = term.field.rpartition(".")
    if last != ROLES or term.operator not in ASKED or HELD not in dictionary.tables:
        return None
    place = compared_place(dictionary, table, path or "sys_id")
    if place is None:
        return None
    users = place.field.reference if path else table
    return place if users in dictionary.tables and dictionary.base(users) == USERS else None


def is_wanted(term: Term) -> bool:
    """Whether such a role is wanted, or none."""
    return ASKED[term.operator][1]


def role_query(term: Term) -> EncodedQuery:
    """What the term asks of the records that say who holds which role."""
    operator, _ = ASKED[term.operator]
    active = Term("state", "=", "active", "state=active")
    named = Term("role.name", operator, term.value, f"role.name{operator}{term.value}")
    return EncodedQuery((((active,), (named,)),))

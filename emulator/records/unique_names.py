"""Names that tell records apart, so that no second record may have one.

Of two users of one name, which could log in would be left to chance: whoever may make users could take anybody's place.
"""

from collections.abc import Mapping, Sequence

from ..errors import OperationFailed
from ..query import literal
from .draft import Draft

UNIQUE: Mapping[str, Sequence[str]] = {"sys_user": ("user_name",)}
"""By table. Empty names are no names: any number of users may have none."""

VIOLATED = "Unique Key violation detected by database"
STEP, RULE = "row", "unique index"


def check_unique(draft: Draft) -> None:
    """Raises OperationFailed for a name that another record has, in whatever case (G)."""
    for element in UNIQUE.get(draft.table, ()):
        name = draft.raw(element)
        if not name or not draft.changes(element):
            continue
        others = f"{element}={literal(name)}^sys_id!={draft.sys_id}"
        if any(draft.work.read(draft.table, others, ("sys_id",))):
            reason = f"Another record of {draft.table} has the {element} {name[:80]}."
            draft.work.trail.refuse(OperationFailed(detail=VIOLATED), STEP, RULE, reason)

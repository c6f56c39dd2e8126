"""Users found by what somebody outside calls them: a user ID, an e-mail address."""

from collections.abc import Sequence

from ...shared.text import can_be_kept
from ..access.caller import Caller
from ..records.gate import Gate
from ..records.row import Row

LONGEST_NAME = 100


def users_named(
    gate: Gate, element: str, value: str, fields: Sequence[str] = (), *, active: bool = False
) -> Sequence[Row]:
    """The users, or the active ones, with this value of a field; two at most, for whoever asks means one.

    The value comes from outside: what would become a query of its own is nobody's name.
    """
    if not 0 < len(value) <= LONGEST_NAME or not can_be_kept(value) or any(each in value for each in "^\r\n"):
        return ()
    users = gate.record("sys_user", Caller.system())
    query = f"{element}={value}{'^active=true' if active else ''}"
    found = users.query(query, fields=(element, *fields), limit=2, named=False).rows
    return [row for row in found if row.value(element).lower() == value.lower()]

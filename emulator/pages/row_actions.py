"""What can be done to a record from the list in which it stands: System OAuth > Manage Tokens revokes there."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..access.caller import Caller
from ..records.row import Row

TOKENS = "oauth_credential"
MANAGERS = "oauth_admin"
REVOKE = "/oauth_revoke_token_record.do"


@dataclass(frozen=True, slots=True)
class RowAction:
    """A button beside a row. Without ``label`` there is nothing to do with this one."""

    address: str
    sys_id: str
    label: str = ""
    about: str = ""
    """The record, for those who hear the button and do not see the row."""


def row_actions(caller: Caller, table: str, rows: Sequence[Row]) -> Sequence[RowAction]:
    """One for each row, or none at all for a table without actions."""
    if table != TOKENS or not caller.has_role(MANAGERS):
        return ()
    return [
        RowAction(REVOKE, row.sys_id, "" if row.native("revoked") else "Revoke", row.display("name")) for row in rows
    ]

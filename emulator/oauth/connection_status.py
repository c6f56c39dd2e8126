"""Whether an application is connected, told from the refresh tokens of its entity."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..access.caller import Caller
from ..records.gate import Gate
from .judging import OWN_FIELDS, TABLE, Judge, TokenType
from .uses import TokenUses


class ConnectionState(StrEnum):
    NOT_AUTHORISED = "not authorised"
    CONNECTED = "connected"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """What an entity's own credentials tell of whoever connected with it last."""

    state: ConnectionState
    user: str = ""
    """sys_id of the user."""
    user_name: str = ""
    since: datetime | None = None
    last_call: datetime | None = None


class ConnectionStatuses:
    """Reads them."""

    def __init__(self, gate: Gate, judge: Judge, uses: TokenUses) -> None:
        self._gate = gate
        self._judge = judge
        self._uses = uses

    def of(self, entity: str) -> ConnectionStatus:
        """Whether an entity is connected, and as whom: the latest authorisation that lives, else the latest one."""
        fields = (*OWN_FIELDS, "user", "user.user_name", "sys_created_on")
        query = f"oauth_entity={entity}^type={TokenType.REFRESH}^ORDERBYDESCsys_updated_on"
        rows = self._gate.record(TABLE, Caller.system()).query(query, fields=fields).rows
        living = [row for row in rows if self._judge.is_live(row)]
        if not rows:
            return ConnectionStatus(ConnectionState.NOT_AUTHORISED)
        row = (living or rows)[0]
        if living:
            state = ConnectionState.CONNECTED
        else:
            state = ConnectionState.REVOKED if row.native("revoked") else ConnectionState.EXPIRED
        since = row.moment("sys_created_on")
        last_call = self._uses.last(entity, row.value("user"))
        if last_call is not None and since is not None and last_call < since:
            last_call = None  # of an earlier connection
        return ConnectionStatus(state, row.value("user"), row.value("user.user_name"), since, last_call)

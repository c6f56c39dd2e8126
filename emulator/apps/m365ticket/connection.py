"""Whether the security center is connected, told from the entity's own credentials."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ...access.caller import Caller
from ...oauth.connection_status import ConnectionState, ConnectionStatuses
from ...records.gate import Gate
from .setup import Setup, existing, read_setup


class State(StrEnum):
    """What the status says, as a person reads it."""

    NOT_AUTHORISED = "Not authorized"
    CONNECTED = "Connected"
    WRONG_USER = "Connected as the wrong user"
    EXPIRED = "Expired"
    REVOKED = "Revoked"


ADVICE = {
    State.NOT_AUTHORISED: "Nobody has allowed the connection yet. Enter client ID and secret in the security center "
    "and press Authorize there.",
    State.CONNECTED: "The security center works as the integration user.",
    State.WRONG_USER: "Press Authorize in the security center again. On the page that asks whether it may connect, "
    "choose Not You, log in as the integration user, and press Allow.",
    State.EXPIRED: "The refresh token has expired. Press Authorize in the security center again.",
    State.REVOKED: "The connection was revoked. Press Authorize in the security center again.",
}


@dataclass(frozen=True, slots=True)
class Connection:
    """``user_name`` is who allowed the connection, ``expected`` the checklist's integration user."""

    state: State
    user: str = ""
    user_name: str = ""
    expected: str = ""
    since: datetime | None = None
    last_call: datetime | None = None

    @property
    def advice(self) -> str:
        return ADVICE[self.state]

    @property
    def complete(self) -> bool:
        return self.state is State.CONNECTED


_STATES = {
    ConnectionState.NOT_AUTHORISED: State.NOT_AUTHORISED,
    ConnectionState.CONNECTED: State.CONNECTED,
    ConnectionState.EXPIRED: State.EXPIRED,
    ConnectionState.REVOKED: State.REVOKED,
}


def connection(gate: Gate, statuses: ConnectionStatuses) -> Connection:
    """The status of the checklist's entity; the instance's own reading, whoever asks."""
    setup = read_setup(gate, Caller.system())
    expected = _user_name(gate, setup)
    if not setup.entity:
        return Connection(State.NOT_AUTHORISED, expected=expected)
    status = statuses.of(setup.entity)
    state = _STATES[status.state]
    if state is State.CONNECTED and status.user != setup.user:
        state = State.WRONG_USER
    return Connection(state, status.user, status.user_name, expected, status.since, status.last_call)


def expected_user(gate: Gate) -> str:
    """The user ID of the checklist's integration user, empty before step 2."""
    return _user_name(gate, read_setup(gate, Caller.system()))


def _user_name(gate: Gate, setup: Setup) -> str:
    row = existing(gate, Caller.system(), "sys_user", setup.user, ("user_name",))
    return row.value("user_name") if row else ""

"""What the tenant knows of its connection, as the pages and the API tell it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    NOT_CONFIGURED = "not_configured"
    PROVISIONED = "provisioned"
    CONNECTED = "connected"


class Reason(StrEnum):
    """Why a provisioned connection is not authorised."""

    SAVED = "saved"
    """Nobody has set out to authorise it yet."""
    ABANDONED = "abandoned"
    """Somebody set out and has not come back."""
    DENIED = "denied"
    """Somebody chose Deny on ServiceNow's page."""
    FAILED = "failed"
    """They came back, and then something went wrong."""
    GRANT_LOST = "grant_lost"
    """It was authorised once; the instance does not renew its tokens any more."""


@dataclass(frozen=True)
class ConnectionStatus:
    state: State
    reason: Reason | None = None
    detail: str = ""
    """ServiceNow's own words, when it said any."""
    instance: str = ""
    instance_url: str = ""
    client_id: str = ""
    connected_as: str = ""
    connected_name: str = ""
    expected_user: str = ""
    since: datetime | None = None
    last_call: datetime | None = None
    trouble: str = ""
    """Why calls fail although it is authorised, in ServiceNow's words where it says any."""

    @property
    def connected(self) -> bool:
        return self.state is State.CONNECTED

    @property
    def configured(self) -> bool:
        return self.state is not State.NOT_CONFIGURED

    @property
    def is_integration_user(self) -> bool | None:
        """Whether the connected user is the checklist's; None when the instance did not say."""
        if not (self.connected and self.connected_as and self.expected_user):
            return None
        return self.connected_as == self.expected_user

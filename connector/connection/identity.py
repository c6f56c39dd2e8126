"""As whom a new connection is made, by the instance's own word."""

from dataclasses import dataclass
from typing import Any

from requests import Session

from ...shared.clock import Clock
from ...shared.logs import log
from ..servicenow.addresses import Instance
from ..servicenow.client import Bearer, InstanceClient
from ..servicenow.errors import NotConnected, ServiceNowError
from ..servicenow.transport import BoundedAdapter, harden, safe_retries

LONGEST_NAME = 255


@dataclass(frozen=True)
class Identity:
    """What the instance says of a token's user; empty for what it does not tell."""

    user: str = ""
    name: str = ""
    expected: str = ""
    """The integration user that the app's installation checklist created."""


class _OneToken:
    """A token that was issued a moment ago: there is none to replace it."""

    def __init__(self, text: str) -> None:
        self._bearer = Bearer(text)

    def current(self) -> Bearer:
        return self._bearer

    def renew(self, rejected: Bearer) -> Bearer:  # noqa: ARG002
        raise NotConnected(detail="The new token is not accepted.")

    def give_up(self, rejected: Bearer) -> None:  # noqa: ARG002
        raise NotConnected(detail="The new token is not accepted.")


class Identities:
    """Asks an instance whose token it has given."""

    def __init__(self, clock: Clock, seconds: float, source_address: str = "") -> None:
        self._clock = clock
        self._seconds = seconds
        self._source_address = source_address

    def of(self, instance: Instance, access_token: str) -> Identity:
        """Ask the app on the instance, or the user table where the app is missing. Not knowing is no failure."""
        with Session() as http:
            adapter = BoundedAdapter(self._seconds, retries=safe_retries(), source_address=self._source_address)
            harden(http, adapter)
            client = InstanceClient(instance.url, _OneToken(access_token), http, self._clock)
            connected = _asked_app(client)
            person = _asked_users(client)
        return Identity(
            _text(connected.get("connected_user")) or _text(person.get("user_name")),
            _text(person.get("name")),
            _text(connected.get("expected_user")),
        )


def _asked_app(client: InstanceClient) -> dict[str, Any]:
    try:
        return client.connection()
    except ServiceNowError as error:
        log().info("connection.app_does_not_tell", detail=error.sentence)
        return {}


def _asked_users(client: InstanceClient) -> dict[str, Any]:
    try:
        found = client.list("sys_user", "user_name=javascript:gs.getUserName()", ("user_name", "name"), limit=1)
    except ServiceNowError as error:
        log().info("connection.user_not_readable", detail=error.sentence)
        return {}
    return found[0] if found else {}


def _text(value: Any) -> str:
    return value[:LONGEST_NAME] if isinstance(value, str) else ""

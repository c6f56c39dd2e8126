"""The instance's REST API, as an authorised integration user."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from requests import RequestException, Response, Session

from ...shared.clock import Clock
from ...shared.ticket import APP_SCOPE
from .answers import failure, json_of, judge
from .errors import Garbled, NotLetIn, ServiceNowError, Unavailable, Unreachable

TABLE_API = "/api/now/table"
BLOCKED = (NotLetIn, Unreachable, Unavailable)
"""What no call gets past, whatever it asks for."""
CONNECTION_API = f"/api/{APP_SCOPE}/connection"


@dataclass(frozen=True, repr=False)
class Bearer:
    """An access token, and the how-manieth of its connection: a renewed one may have the same text."""

    text: str
    generation: int = 0


class Tokens(Protocol):
    """Where the client's access token comes from."""

    def current(self) -> Bearer:
        """Return a token that is valid for a while yet. Raises NotConnected."""

    def renew(self, rejected: Bearer) -> Bearer:
        """Return a later token than ``rejected``, which the instance did not accept. Raises NotConnected."""

    def give_up(self, rejected: Bearer) -> None:
        """The instance accepts not even a renewed token: somebody has to reconnect."""


class InstanceClient:
    """Every method is one call, or two when the token was no longer accepted; failures are ServiceNowErrors.

    Do not call it while the database is being written: everybody else would wait for the instance.
    """

    def __init__(
        self,
        url: str,
        tokens: Tokens,
        http: Session,
        clock: Clock,
        note_call: Callable[[], None] | None = None,
        note_trouble: Callable[[ServiceNowError], None] | None = None,
    ) -> None:
        self.url = url
        self._tokens = tokens
        self._http = http
        self._clock = clock
        self._note_call = note_call
        self._note_trouble = note_trouble

    def create(self, table: str, body: Mapping[str, str]) -> dict[str, Any]:
        """Create a record and return it as the instance stored it."""
        return _record(self._call("POST", _path(table), body=body))

    def list(
        self, table: str, query: str = "", fields: Sequence[str] = (), limit: int = 100, offset: int = 0
    ) -> list[dict[str, Any]]:
        """Return the records that the encoded query matches, in its order."""
        parameters = {
            "sysparm_query": query,
            "sysparm_limit": str(limit),
            "sysparm_offset": str(offset),
            "sysparm_exclude_reference_link": "true",
        }
        if fields:
            parameters["sysparm_fields"] = ",".join(fields)
        result = self._call("GET", _path(table), query=parameters)
        if not isinstance(result, list) or not all(isinstance(row, dict) for row in result):
            raise Garbled(detail="A list of records was expected.")
        return result

    def connection(self) -> dict[str, Any]:
        """What the scoped app says of this connection: its version, the user connected and the one expected."""
        return _record(self._call("GET", CONNECTION_API))

    def _call(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: Mapping[str, str] | None = None
    ) -> Any:
        try:
            response = self._answer(method, path, query, body)
        except BLOCKED as error:
            if self._note_trouble is not None:
                self._note_trouble(error)
            raise
        if self._note_call is not None:
            self._note_call()
        return _result(response)

    def _answer(
        self, method: str, path: str, query: Mapping[str, str] | None, body: Mapping[str, str] | None
    ) -> Response:
        """The answer to a call that the instance has carried out. Raises a ServiceNowError."""
        bearer = self._tokens.current()
        response = self._send(method, path, bearer, query, body)
        if response.status_code == 401:
            bearer = self._tokens.renew(bearer)
            response = self._send(method, path, bearer, query, body)
            if response.status_code == 401:
                self._tokens.give_up(bearer)
        judge(response, self._clock.now())
        return response

    def _send(
        self,
        method: str,
        path: str,
        bearer: Bearer,
        query: Mapping[str, str] | None,
        body: Mapping[str, str] | None,
    ) -> Response:
        try:
            return self._http.request(
                method,
                self.url + path,
                params=query,
                json=body,
                headers={"Authorization": f"Bearer {bearer.text}"},
                allow_redirects=False,
            )
        except RequestException as error:
            raise failure(error) from error


def _path(table: str) -> str:
    return f"{TABLE_API}/{quote(table, safe='')}"


def _result(response: Response) -> Any:
    body = json_of(response)
    if not isinstance(body, dict) or "result" not in body:
        raise Garbled(detail="It has no result.")
    if "error" in body:  # a list cut off by the platform's quota comes as 200 with both (platform 4.4, D)
        raise Garbled(detail="It was cut off by the instance's time quota.")
    return body["result"]


def _record(result: Any) -> dict[str, Any]:
    if not isinstance(result, dict):
        raise Garbled(detail="One record was expected.")
    return result

"""The two JSON APIs as a program uses them: the instance's Table API, the tenant's own."""

from typing import Any

import requests

from ..errors import TicketlabError

SECONDS = 30
ADMIN = ("admin", "admin")
SECURITY_ADMIN = "secadmin"
TENANT_PASSWORD = "ticketlab"  # noqa: S105 - the demo accounts' public one
BARE = {"sysparm_exclude_reference_link": "true"}
"""References are the sys_ids alone, in what is read and in what a write answers."""


class ApiRefused(TicketlabError):
    message = "An API refuses"

    def __init__(self, message: str | None = None, detail: str = "", status_code: int = 0) -> None:
        super().__init__(message, detail)
        self.status_code = status_code
        """What was answered; 0 when that was no answer of an API."""


class InstanceApi:
    """An instance's Table API, as a user with a password."""

    def __init__(self, url: str, account: tuple[str, str] = ADMIN) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.auth = account

    def rows(
        self, table: str, query: str, *, fields: str = "", display: bool = False, limit: int = 10_000
    ) -> list[dict[str, Any]]:
        parameters = {
            **BARE,
            "sysparm_query": query,
            "sysparm_display_value": str(display).lower(),
            "sysparm_limit": str(limit),
        }
        if fields:
            parameters["sysparm_fields"] = fields
        return list(self._ask("GET", table, params=parameters))

    def row(self, table: str, query: str, **how: Any) -> dict[str, Any]:
        """The only record that the query finds."""
        found = self.rows(table, query, **how)
        if len(found) != 1:
            raise ApiRefused(f"{len(found)} records of {table} match {query}", "Exactly one was expected.")
        return found[0]

    def update(self, table: str, sys_id: str, values: dict[str, Any]) -> dict[str, Any]:
        return dict(self._ask("PATCH", f"{table}/{sys_id}", params=BARE, json=values))

    def insert(self, table: str, values: dict[str, Any]) -> dict[str, Any]:
        return dict(self._ask("POST", table, params=BARE, json=values))

    def delete(self, table: str, sys_id: str) -> None:
        _answer(self._session, "DELETE", f"{self.url}/api/now/table/{table}/{sys_id}")

    def _ask(self, method: str, path: str, **arguments: Any) -> Any:
        body = _answer(self._session, method, f"{self.url}/api/now/table/{path}", **arguments)
        return body["result"]


class TenantApi:
    """A tenant's API, with a token of one of its users."""

    def __init__(self, url: str, tenant: str, user: str) -> None:
        self.url = url
        self._session = requests.Session()
        account = {"username": f"{user}@{tenant}.onmicrosoft.com", "password": TENANT_PASSWORD}
        token = _answer(
            self._session, "POST", f"{url}/{tenant}/oauth2/v2.0/token", data={"grant_type": "password", **account}
        )
        self._session.headers["Authorization"] = f"Bearer {token['access_token']}"

    def get(self, path: str, **parameters: str | int) -> dict[str, Any]:
        return dict(_answer(self._session, "GET", f"{self.url}/api/v1/{path}", params=parameters))

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return dict(_answer(self._session, "POST", f"{self.url}/api/v1/{path}", json=body or {}))

    def patch(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return dict(_answer(self._session, "PATCH", f"{self.url}/api/v1/{path}", json=body))

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return dict(_answer(self._session, "PUT", f"{self.url}/api/v1/{path}", json=body))

    def delete(self, path: str) -> None:
        _answer(self._session, "DELETE", f"{self.url}/api/v1/{path}")


def _answer(session: requests.Session, method: str, url: str, **arguments: Any) -> Any:
    try:
        answer = session.request(method, url, timeout=SECONDS, allow_redirects=False, **arguments)
        body = answer.json() if answer.content else {}
    except (requests.RequestException, ValueError) as error:
        raise ApiRefused(f"{url} does not answer as an API", str(error)) from error
    if not answer.ok:
        raise ApiRefused(f"{method} {url} answers {answer.status_code}", answer.text[:500], answer.status_code)
    return body

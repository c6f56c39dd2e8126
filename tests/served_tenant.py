"""A tenant in a server process of its own, connected over HTTP to an instance that the test plays."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from patience import HANGING
from ticket_flows import fields

UPN, PASSWORD = "secadmin@contoso.onmicrosoft.com", "ticketlab"


@dataclass
class Program:
    """A client of a tenant's API."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)

    def sign_in(self) -> "Program":
        form = {"grant_type": "password", "username": UPN, "password": PASSWORD}
        answer = requests.post(f"{self.url}/contoso/oauth2/v2.0/token", data=form, timeout=HANGING)
        assert answer.ok, answer.text
        self.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return self

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = requests.request(method, f"{self.url}/api/v1/{path}", json=body, headers=self.headers, timeout=HANGING)
        assert answer.ok, answer.text
        return dict(answer.json())

    def connect(self) -> "Program":
        """Connect to dev00001, whose consent page is not needed: whatever code comes back is good there."""
        self.call("PUT", "connection", {"instance": "dev00001", "client_id": "id", "client_secret": "secret"})
        going = parse_qs(urlsplit(self.call("POST", "connection/authorize", {})["authorize_url"]).query)
        status = self.call("POST", "connection/callback", {"code": "the-code", "state": going["state"][0]})
        assert status["status"] == "connected", status
        return self

    def create(self, **changes: Any) -> str:
        return str(self.call("POST", "tickets", fields(**changes))["id"])

    def ticket(self, ticket_id: str) -> dict[str, Any]:
        return self.call("GET", f"tickets/{ticket_id}")


def browser(url: str, upn: str = UPN) -> requests.Session:
    """A session of somebody signed in."""
    session = requests.Session()
    form = {"upn": upn, "password": PASSWORD, "csrf_token": hidden(session.get(f"{url}/signin").text, "csrf_token")}
    answer = session.post(f"{url}/signin", data=form, allow_redirects=False, timeout=HANGING)
    assert answer.status_code == 303, answer.text
    return session


def hidden(text: str, name: str) -> str:
    return text.partition(f'name="{name}" value="')[2].partition('"')[0]


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + HANGING
    while not holds():
        assert time.monotonic() < end, f"it did not happen within {HANGING} s"
        time.sleep(0.02)

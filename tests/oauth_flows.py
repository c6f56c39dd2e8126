"""The steps of an OAuth flow as a browser without scripts and a client take them, on a test client or a real server."""

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from flask import Flask
from flask.testing import FlaskClient
from patience import HANGING
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.identity.keys import InstanceKey
from ticketlab.emulator.identity.users import Users
from ticketlab.emulator.oauth.registration import create_client
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

CALLBACK = "http://127.0.0.1:8090/ticketProvisioning/callback"
PASSWORD = "correct horse"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def location(self) -> str:
        return self.headers["Location"]

    @property
    def query(self) -> dict[str, str]:
        """The query of the address it redirects to."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.location).query).items()}

    def hidden(self, name: str) -> str:
        """The value of a hidden field of the page."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no field {name} in {self.text[:2000]}"
        return html.unescape(found[1])


class Browser(Protocol):
    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer: ...

    def post(self, path: str, data: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer: ...


class ClientBrowser:
    """On Flask's test client; keeps cookies."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self._answer(self.client.get(path, headers=headers))

    def post(self, path: str, data: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
        return self._answer(self.client.post(path, data=data, headers=headers))

    @staticmethod
    def _answer(response: Any) -> Answer:
        return Answer(response.status_code, response.headers, response.text)


class HttpBrowser:
    """Over HTTP; keeps cookies."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self._answer("GET", path, headers=headers)

    def post(self, path: str, data: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
        return self._answer("POST", path, data=data, headers=headers)

    def _answer(self, method: str, path: str, **more: Any) -> Answer:
        address = path if path.startswith("http") else f"{self.url}{path}"
        response = self.session.request(method, address, allow_redirects=False, timeout=HANGING, **more)
        return Answer(response.status_code, response.headers, response.text)


@dataclass(frozen=True)
class OAuthClient:
    """An application that was registered at the instance."""

    sys_id: str
    client_id: str
    secret: str
    redirect_uri: str = CALLBACK

    @property
    def credentials(self) -> dict[str, str]:
        return {"client_id": self.client_id, "client_secret": self.secret}


def make_client(instance: Flask, name: str = "Security + Compliance Connector", **values: Any) -> OAuthClient:
    redirect_url = values.pop("redirect_url", CALLBACK)
    made = create_client(
        part_of(instance, Gate), part_of(instance, InstanceKey), name=name, redirect_url=redirect_url, **values
    )
    return OAuthClient(made.sys_id, made.client_id, made.secret, redirect_url.split(",")[0])


def make_user(instance: Flask, user_name: str = "tickets", **values: Any) -> str:
    """A user whose password is PASSWORD; returns the sys_id."""
    given = {"user_name": user_name, "name": "Ticket Integration", "active": True, **values}
    row = part_of(instance, Gate).record("sys_user", Caller.system()).insert(given)
    part_of(instance, Users).set_password(row.sys_id, PASSWORD)
    return row.sys_id


def make_client_over_http(url: str, **values: Any) -> OAuthClient:
    asked = {"name": "Security + Compliance Connector", "redirect_url": CALLBACK, **values}
    made = _lab(url, "oauth-clients", asked)
    return OAuthClient(made["sys_id"], made["client_id"], made["client_secret"])


def make_user_over_http(url: str, user_name: str = "tickets", roles: tuple[str, ...] = ("itil",)) -> str:
    return str(_lab(url, "users", {"user_name": user_name, "password": PASSWORD, "roles": list(roles)})["sys_id"])


def _lab(url: str, path: str, body: Mapping[str, Any]) -> Any:
    answer = requests.post(f"{url}/lab/{path}", json=body, timeout=HANGING)
    assert answer.ok, answer.text
    return answer.json()


def authorize_path(client: OAuthClient, **parameters: str) -> str:
    """The address of an authorization request; a parameter given as "" is left out."""
    values = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "state": "s-1",
        **parameters,
    }
    return f"/oauth_auth.do?{urlencode({name: value for name, value in values.items() if value})}"


def log_in(browser: Browser, user_name: str = "tickets", password: str = PASSWORD, back: str = "") -> Answer:
    """Fill in the login page; ``back`` is the address of the page, when something led there."""
    page = browser.get(back or "/login.do")
    return browser.post(
        "/login.do",
        {
            "sysparm_ck": page.hidden("sysparm_ck"),
            "user_name": user_name,
            "user_password": password,
            "sys_action": "sysverb_login",
            "sysparm_login_url": page.hidden("sysparm_login_url"),
        },
    )


def consent_page(browser: Browser, path: str, user_name: str = "tickets") -> Answer:
    """Open the authorization request; log in when that is asked for; return the consent page."""
    page = browser.get(path)
    if page.status == 302:
        page = browser.get(log_in(browser, user_name, back=page.location).location)
    assert page.status == 200, page
    return page


def press(browser: Browser, page: Answer, action: str = "authorize", **changed: str) -> Answer:
    data = {
        "sysparm_ck": page.hidden("sysparm_ck"),
        "sysparm_oauth_request": page.hidden("sysparm_oauth_request"),
        "oauth_auth_check_action": action,
        **changed,
    }
    return browser.post("/oauth_auth.do", data)


def code_for(browser: Browser, client: OAuthClient, user_name: str = "tickets", **parameters: str) -> str:
    """Go through login and consent, allow, and return the code that arrives at the callback."""
    answer = press(browser, consent_page(browser, authorize_path(client, **parameters), user_name))
    assert answer.status == 302, answer
    return answer.query["code"]


def exchange(browser: Browser, client: OAuthClient, code: str, /, **more: str) -> Answer:
    data = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        **client.credentials,
        **more,
    }
    return browser.post("/oauth_token.do", {name: value for name, value in data.items() if value})


def refresh(browser: Browser, client: OAuthClient, refresh_token: str, /, **more: str) -> Answer:
    data = {"grant_type": "refresh_token", "refresh_token": refresh_token, **client.credentials, **more}
    return browser.post("/oauth_token.do", data)


OPAQUE = '{"error_description":"access_denied","error":"server_error"}'


def is_opaque(answer: Answer) -> bool:
    return answer.status == 401 and answer.text == OPAQUE

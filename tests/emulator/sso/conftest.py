"""An instance and a tenant in one process; what the instance asks the tenant's directory goes to it directly."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from people import Page, make_person
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from ticketlab.connector.openid import SigningKeys
from ticketlab.connector.testing import bearer, make_tenant
from ticketlab.connector.testing import close as close_tenant
from ticketlab.emulator.sso.provider_client import ProviderClient
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.secret import Secret
from ticketlab.shared.web.parts import part_of
from werkzeug.test import TestResponse

INSTANCE = "http://localhost"
TENANT = "http://127.0.0.1:8090"
SECRET = Secret("a secret both sides know")
GLOBAL = "globaladmin@contoso.onmicrosoft.com"
PASSWORD = "Quiet-Otter-42"

Change = Callable[[dict[str, Any], dict[str, Any]], str]
"""Makes another id token of the claims and the header of the true one."""


class ToTheTenant(BaseAdapter):
    """Carries requests to the tenant's app; ``change`` stands for a provider, or somebody on the way, that lies."""

    def __init__(self, tenant: Flask) -> None:
        super().__init__()
        self.tenant = tenant
        self.asked: list[str] = []
        self.change: Change | None = None
        self.down = False

    def send(self, request: PreparedRequest, **_options: Any) -> Response:
        if self.down:
            raise ConnectionRefusedError
        parts = urlsplit(str(request.url))
        self.asked.append(parts.path)
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        kind = request.headers.get("Content-Type")
        client = self.tenant.test_client()
        answer = client.open(parts.path, base_url=TENANT, method=request.method, data=body, content_type=kind)
        data = answer.data
        if self.change is not None and "id_token" in (answer.get_json(silent=True) or {}):
            told = answer.get_json()
            data = self.tenant.json.dumps({**told, "id_token": self._changed(told["id_token"])}).encode()
        response = Response()
        response.status_code, response.raw, response.url = answer.status_code, BytesIO(data), str(request.url)
        return response

    def _changed(self, token: str) -> str:
        key = RSAKey.import_key(part_of(self.tenant, SigningKeys).current().jwk)
        true = jwt.decode(token, key, algorithms=["RS256"])
        assert self.change is not None
        return self.change(dict(true.claims), dict(true.header))

    def close(self) -> None:
        """Nothing is held open."""


@dataclass
class World:
    instance: Flask
    tenant: Flask
    wire: ToTheTenant
    browser: "Browser" = field(init=False)
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.browser = self.new_browser()

    def new_browser(self) -> "Browser":
        return Browser(self.instance.test_client(), self.tenant.test_client())

    def switch(self, **asked: object) -> str:
        answer = self.instance.test_client().post("/lab/single-sign-on", json={"enabled": True, **asked})
        assert answer.status_code == 200, answer.text
        return str(answer.json["sys_id"])

    def instance_user(self, user_name: str, **values: object) -> str:
        made = make_person(self.instance, user_name)
        if values:
            path = f"/api/now/table/sys_user/{made}"
            answer = self.instance.test_client().patch(path, json=values, auth=("admin", "admin"))
            assert answer.status_code == 200, answer.text
        return made

    def directory_user(self, local_part: str, mail: str) -> None:
        client = self.tenant.test_client()
        given = {"name": local_part, "upn": f"{local_part}@contoso.onmicrosoft.com", "mail": mail, "password": PASSWORD}
        answer = client.post("/api/v1/users", json=given, headers=bearer(client, GLOBAL), base_url=TENANT)
        assert answer.status_code == 201, answer.text

    def causes(self) -> list[str]:
        """What the instance's own log tells of the logins that were refused since this was asked last."""
        path = "/api/now/table/syslog?sysparm_query=source=Multi-Provider SSO"
        rows = self.instance.test_client().get(path, auth=("admin", "admin")).json["result"]
        told = [row["message"] for row in rows if row["sys_id"] not in self.seen]
        self.seen |= {row["sys_id"] for row in rows}
        return told


@dataclass
class Browser:
    """One browser with the cookies of both sites."""

    at_instance: FlaskClient
    at_tenant: FlaskClient

    def open(self, address: str) -> TestResponse:
        """One request, at whichever of the two the address names."""
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if address.startswith(TENANT):
            return self.at_tenant.get(path, base_url=TENANT)
        return self.at_instance.get(path, base_url=INSTANCE)

    def go(self, address: str, *, until: str = "") -> Page:
        """Follow redirects across both, to the end or up to one that leads to ``until``."""
        for _step in range(12):
            answer = self.open(address)
            if answer.status_code not in {302, 303}:
                return Page(answer)
            onward = answer.headers["Location"]
            if onward.startswith("/"):
                onward = (TENANT if address.startswith(TENANT) else INSTANCE) + onward
            if until and until in onward:
                return Page(answer)
            address = onward
        raise AssertionError("It goes round in circles")

    def sign_in_to_tenant(self, upn: str, password: str = PASSWORD) -> None:
        page = Page(self.at_tenant.get("/signin", base_url=TENANT))
        form = {**page.form("upn").values, "upn": upn, "password": password}
        answer = self.at_tenant.post("/signin", base_url=TENANT, data=form)
        assert answer.status_code == 303, answer.text


@contextmanager
def make_world() -> Iterator[World]:
    tenant = make_tenant(url=TENANT, instances={"dev00001": INSTANCE}, sso_client_secret=SECRET)
    instance = make_instance(tenant_url=TENANT, sso_client_secret=SECRET)
    wire = ToTheTenant(tenant)
    session = part_of(instance, ProviderClient).session
    session.adapters.clear()
    session.mount("http://", wire)
    yield World(instance, tenant, wire)
    close_tenant(tenant)
    close(instance)


@pytest.fixture
def world() -> Iterator[World]:
    with make_world() as made:
        yield made

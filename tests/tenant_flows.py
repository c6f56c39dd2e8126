"""Connecting a tenant to an instance as a person's browser does it, step by step."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from ticketlab.connector.connection.models import Connection
from ticketlab.connector.connection.service import Connections, Credentials
from ticketlab.connector.connection.status import ConnectionStatus
from ticketlab.connector.testing import csrf_token, sign_in
from ticketlab.shared.secret import Secret
from ticketlab.shared.web.parts import part_of
from werkzeug.test import TestResponse

PAGE = "/ticketProvisioning"
DETAILS = {"instance": "dev00001", "client_id": "the-client-id", "client_secret": "the-client-secret"}


@dataclass
class Journey:
    """What the instance was asked when the browser was sent there."""

    url: str
    asked: dict[str, str]

    @property
    def state(self) -> str:
        return self.asked["state"]


def signed_in(tenant: Flask, *person: str) -> FlaskClient:
    client = tenant.test_client()
    sign_in(client, *person)
    return client


def set_out(client: FlaskClient, **details: str) -> Journey:
    """Fill in the form, select Authorize, and follow to the instance's door."""
    form = {**DETAILS, **details, "csrf_token": csrf_token(client, f"{PAGE}?change=1")}
    answer = client.post(PAGE, data=form)
    assert answer.status_code == 303, answer.text
    return journey(answer)


def authorize_again(client: FlaskClient) -> Journey:
    return journey(client.post(f"{PAGE}/authorize", data={"csrf_token": csrf_token(client, PAGE)}))


def journey(answer: TestResponse) -> Journey:
    parts = urlsplit(answer.location)
    return Journey(answer.location, {name: values[0] for name, values in parse_qs(parts.query).items()})


def come_back(client: FlaskClient, **query: str) -> TestResponse:
    return client.get(f"{PAGE}/callback", query_string=query)


def connect(tenant: Flask) -> FlaskClient:
    """A signed-in browser whose tenant is connected."""
    client = signed_in(tenant)
    assert come_back(client, state=set_out(client).state, code="the-code").status_code == 303
    assert status_of(tenant).connected
    return client


def status_of(tenant: Flask) -> ConnectionStatus:
    return part_of(tenant, Connections).status()


def row_of(tenant: Flask) -> Connection:
    row = part_of(tenant, Connections).current()
    assert row is not None
    return row


def provision(tenant: Flask) -> None:
    part_of(tenant, Connections).provision(
        Credentials(DETAILS["instance"], DETAILS["client_id"], Secret(DETAILS["client_secret"]))
    )

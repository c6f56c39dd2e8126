"""The tenant's token endpoint (RFC 6749)."""

import base64

import pytest
from flask import Flask
from sqlalchemy import select
from ticketlab.connector.database import reading_session
from ticketlab.connector.directory.models import AccessToken, AppRegistration
from ticketlab.connector.directory.seed import DEMO_CLIENT_SECRET
from ticketlab.connector.testing import ADMIN, PASSWORD, bearer, engine_of
from werkzeug.test import TestResponse

TOKEN = "/contoso/oauth2/v2.0/token"
PERSON = {"grant_type": "password", "username": ADMIN, "password": PASSWORD}


def ask(tenant: Flask, **parameters: str) -> TestResponse:
    return tenant.test_client().post(TOKEN, data=parameters)


def application_of(tenant: Flask) -> str:
    with reading_session(engine_of(tenant)) as session:
        return session.scalars(select(AppRegistration)).one().client_id


def test_a_person_s_password_gives_a_token_for_an_hour(tenant: Flask) -> None:
    answer = ask(tenant, **PERSON)
    body = answer.get_json()
    assert set(body) == {"token_type", "expires_in", "access_token"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_tenant_may_be_named_by_its_domain(tenant: Flask) -> None:
    client = tenant.test_client()
    assert client.post("/contoso.onmicrosoft.com/oauth2/v2.0/token", data=PERSON).status_code == 200
    assert client.post("/fabrikam/oauth2/v2.0/token", data=PERSON).status_code == 404


def test_an_application_acts_in_its_own_name(tenant: Flask) -> None:
    client_id = application_of(tenant)
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": DEMO_CLIENT_SECRET}
    token = ask(tenant, **form).get_json()["access_token"]
    me = tenant.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).get_json()
    assert (me["name"], me["roles"]) == ("Ticket reporting", ["Security Reader"])


def test_an_application_may_send_its_credentials_in_the_basic_header(tenant: Flask) -> None:
    pair = base64.b64encode(f"{application_of(tenant)}:{DEMO_CLIENT_SECRET}".encode()).decode()
    header = {"Authorization": f"Basic {pair}"}
    answer = tenant.test_client().post(TOKEN, data={"grant_type": "client_credentials"}, headers=header)
    assert answer.status_code == 200


def test_tokens_are_kept_as_hashes(tenant: Flask) -> None:
    """A stolen database opens nothing."""
    header = bearer(tenant.test_client())
    with reading_session(engine_of(tenant)) as session:
        kept = session.scalars(select(AccessToken.token_hash)).all()
    assert len(kept) == 1
    assert kept[0] not in header["Authorization"]
    answer = tenant.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {kept[0]}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({**PERSON, "password": "wrong"}, 400, "invalid_grant"),
        ({**PERSON, "username": "nobody@contoso.onmicrosoft.com"}, 400, "invalid_grant"),
        ({**PERSON, "username": "a\x00b"}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "invalid_request"),
        ({}, 400, "invalid_request"),
        ({**PERSON, "grant_type": "implicit"}, 400, "unsupported_grant_type"),
        ({**PERSON, "grant_type": "authorization_code"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
    ],
)
def test_a_refusal_is_an_error_of_rfc_6749(tenant: Flask, form: dict[str, str], status: int, error: str) -> None:
    answer = ask(tenant, **form)
    assert (answer.status_code, answer.get_json()["error"]) == (status, error)
    assert "access_token" not in answer.get_json()
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.attack("A05")
def test_a05_a_parameter_sent_twice_is_refused(tenant: Flask) -> None:
    body = "grant_type=password&username=a&username=b&password=c"
    kind = "application/x-www-form-urlencoded"
    assert tenant.test_client().post(TOKEN, data=body, content_type=kind).get_json()["error"] == "invalid_request"


@pytest.mark.attack("A21")
@pytest.mark.attack("A25")
def test_a25_the_address_carries_no_parameters(tenant: Flask) -> None:
    client = tenant.test_client()
    assert client.post(TOKEN, query_string=PERSON).get_json()["error"] == "invalid_request"
    assert client.post(TOKEN, json=PERSON).get_json()["error"] == "invalid_request"
    assert client.get(TOKEN).status_code == 405


@pytest.mark.attack("A23")
@pytest.mark.parametrize("credentials", [b"not base64 \xff", b"eDp5eg", b"", base64.b64encode(b"\xff:\xfe"), b"eA==",
                                         b"x" * 100_000])  # fmt: skip
def test_a23_a_bad_basic_header_is_401(tenant: Flask, credentials: bytes) -> None:
    header = {"Authorization": "Basic " + credentials.decode("latin-1")}
    answer = tenant.test_client().post(TOKEN, data={"grant_type": "client_credentials"}, headers=header)
    assert (answer.status_code, answer.get_json()["error"]) == (401, "invalid_client")


@pytest.mark.attack("A24")
@pytest.mark.parametrize("secret", ["é", "", "x" * 900_000, "\u202e"])
def test_a24_a_strange_secret_is_a_wrong_one(tenant: Flask, secret: str) -> None:
    form = {"grant_type": "client_credentials", "client_id": application_of(tenant), "client_secret": secret}
    assert ask(tenant, **form).status_code in {401, 413}
    assert ask(tenant, **{**PERSON, "password": secret}).status_code in {400, 413}

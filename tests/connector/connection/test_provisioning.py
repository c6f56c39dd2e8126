"""The page that connects: who may, what it says, where it leads."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from faults.fake_instance import CONNECTION, TOKEN, USERS, FakeInstance
from faults.fault_server import answering, refused_url
from flask import Flask
from tenant_flows import (
    DETAILS,
    PAGE,
    authorize_again,
    come_back,
    connect,
    provision,
    row_of,
    set_out,
    signed_in,
    status_of,
)
from ticketlab.connector.connection.models import Connection
from ticketlab.connector.connection.service import Connections
from ticketlab.connector.connection.status import Reason, State
from ticketlab.connector.testing import READER, bearer, close, csrf_token, make_tenant
from ticketlab.shared.web.parts import part_of

FIVE_OF_DATA_EXCHANGE = {"instance_name", "client_id", "client_secret", "access_token", "refresh_token"}
OUR_BOOKKEEPING = {
    "id", "expires_at", "connected_user", "connected_name", "expected_user", "authorized_at", "last_call_at",
    "reason", "reason_detail", "watermark", "generation", "renewing_until", "created_at",
}  # fmt: skip


@pytest.mark.source("security-center, Names", "D")
def test_the_page_says_what_microsoft_s_page_said(tenant: Flask) -> None:
    """Prerequisites, default settings, whose credentials, and both lists of the data exchange."""
    text = signed_in(tenant).get(PAGE).text
    for words in (
        "Authorize", "Microsoft 365 Connector app", "Kingston", "HI credentials", "Keep default settings",
        "use the integration user login and password you created in the installation steps",
        "Do not use your personal credentials", "Data exchange", "Instance name", "Client ID", "Client secret",
        "Access token", "Refresh token", "Task name", "Task description", "Priority", "Due date",
        "User recommendation", "Microsoft recommendation", "Infrastructure", "Not configured",
    ):  # fmt: skip
        assert words in text


@pytest.mark.source("security-center, Data exchange", "D")
def test_what_is_kept_is_the_five_of_the_data_exchange_and_our_bookkeeping() -> None:
    assert set(Connection.__table__.columns.keys()) == FIVE_OF_DATA_EXCHANGE | OUR_BOOKKEEPING


def test_authorize_leads_to_the_instance_with_state_and_pkce(tenant: Flask, instance: FakeInstance) -> None:
    asked = set_out(signed_in(tenant))
    assert asked.url.startswith(f"{instance.url}/oauth_auth.do?")
    assert asked.asked["response_type"] == "code"
    assert asked.asked["redirect_uri"] == "http://localhost/ticketProvisioning/callback"
    assert asked.asked["code_challenge_method"] == "S256"
    assert len(asked.asked["code_challenge"]) == 43


def test_the_way_back_ends_connected_as_the_integration_user(tenant: Flask, instance: FakeInstance) -> None:
    browser = connect(tenant)
    exchange = instance.heard_at(TOKEN)[0].form
    assert (exchange["code"], exchange["client_id"]) == ("the-code", "the-client-id")
    assert len(exchange["code_verifier"]) >= 43
    page = browser.get(PAGE).text
    assert "Connected" in page
    assert "m365.integration (M365 Bot)" in page
    assert "not by the integration user" not in page
    assert status_of(tenant).is_integration_user is True


def test_another_user_than_the_integration_user_is_warned_of(tenant: Flask, instance: FakeInstance) -> None:
    instance.connected_user = "admin"
    page = connect(tenant).get(PAGE).text
    assert "authorized by admin, not by the integration user m365.integration" in page
    assert status_of(tenant).is_integration_user is False


def test_an_instance_without_the_app_is_connected_all_the_same(tenant: Flask, instance: FakeInstance) -> None:
    """Then the user table says as whom, and nobody is expected."""
    words = {"message": "Requested URI does not represent any resource", "detail": None}
    instance.overrides[CONNECTION] = answering(400, {"error": words, "status": "failure"})
    connect(tenant)
    assert status_of(tenant).connected_as == "m365.integration"
    assert status_of(tenant).is_integration_user is None


def test_an_instance_that_tells_nothing_is_connected_all_the_same(tenant: Flask, instance: FakeInstance) -> None:
    instance.overrides[CONNECTION] = instance.overrides[USERS] = answering(401, {})
    assert "a user whom the instance does not name" in connect(tenant).get(PAGE).text


@pytest.mark.parametrize(
    ("instance_name", "expected"),
    [("", "Enter the instance name."), ("dev 00001", "Enter the instance"), ("http://169.254.169.254", "https"),
     ("https://127.0.0.1:9", "https"), ("file:///etc/passwd", "Enter the instance"), ("<script>", "Enter the instance"),
     ("dev00001.service-now.com.evil.example", "Enter the instance")],
)  # fmt: skip
def test_an_unusable_instance_name_is_said_beside_the_field(tenant: Flask, instance_name: str, expected: str) -> None:
    """What was typed stays, the secret does not; nothing is saved."""
    browser = signed_in(tenant)
    form = {**DETAILS, "instance": instance_name, "csrf_token": csrf_token(browser, PAGE)}
    answer = browser.post(PAGE, data=form)
    assert answer.status_code == 422
    assert expected in answer.text
    assert "the-client-id" in answer.text
    assert "the-client-secret" not in answer.text
    assert status_of(tenant).state is State.NOT_CONFIGURED


def test_the_form_may_lead_to_the_instance_and_nowhere_else(tenant: Flask, instance: FakeInstance) -> None:
    """Chromium blocks the redirect behind a form unless the policy names its origin."""
    browser = signed_in(tenant)
    policy = browser.get(PAGE).headers["Content-Security-Policy"]
    assert policy.endswith(f"form-action 'self' {instance.url}")
    assert browser.get("/securescore").headers["Content-Security-Policy"].endswith("form-action 'self'")


def test_an_instance_in_the_cloud_is_saved_first_and_authorised_from_its_status(tenant: Flask) -> None:
    """The form's policy could not name its origin before; the status page's button can."""
    browser = signed_in(tenant)
    form = {**DETAILS, "instance": "acme.service-now.com", "csrf_token": csrf_token(browser, PAGE)}
    assert browser.post(PAGE, data=form).location == PAGE
    page = browser.get(PAGE)
    assert status_of(tenant).reason is Reason.SAVED
    assert "https://acme.service-now.com" in page.headers["Content-Security-Policy"]


def test_a_denied_consent_is_told_and_can_be_repeated(tenant: Flask) -> None:
    browser = signed_in(tenant)
    come_back(browser, state=set_out(browser).state, error="access_denied")
    assert status_of(tenant).reason is Reason.DENIED
    assert "Access was denied" in browser.get(PAGE).text
    come_back(browser, state=authorize_again(browser).state, code="the-code")
    assert status_of(tenant).connected


def test_whoever_does_not_come_back_has_abandoned_it(tenant: Flask) -> None:
    browser = signed_in(tenant)
    set_out(browser)
    assert status_of(tenant).reason is Reason.ABANDONED
    assert "nobody has come back" in browser.get(PAGE).text


def test_a_connection_that_works_survives_a_denied_second_authorisation(tenant: Flask) -> None:
    browser = connect(tenant)
    come_back(browser, state=authorize_again(browser).state, error="access_denied")
    assert status_of(tenant).connected


@pytest.mark.attack("U01")
def test_u01_an_instance_that_is_down_is_said_on_the_page() -> None:
    """Nobody is sent to an address where nobody answers, and nothing is a 500."""
    tenant = make_tenant(instances={"dev00001": refused_url()})
    browser = signed_in(tenant)
    answer = browser.post(PAGE, data={**DETAILS, "csrf_token": csrf_token(browser, PAGE)})
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert "cannot be reached" in browser.get(PAGE).text
    api = browser.post("/api/v1/connection/authorize", headers=bearer(browser))
    assert (api.status_code, api.mimetype) == (502, "application/problem+json")
    close(tenant)


def test_a_reader_sees_the_status_and_cannot_change_it(tenant: Flask) -> None:
    connect(tenant)
    reader = signed_in(tenant, READER)
    page = reader.get(f"{PAGE}?change=1").text
    assert "m365.integration" in page
    assert "Authorize</button>" not in page
    token = csrf_token(reader, PAGE)
    for path in (PAGE, f"{PAGE}/authorize", f"{PAGE}/remove"):
        assert reader.post(path, data={**DETAILS, "csrf_token": token}).status_code == 403
    assert status_of(tenant).connected


def test_a_reader_is_not_told_to_select_what_is_not_there(tenant: Flask) -> None:
    """Who could authorize the connection is said in place of how."""
    provision(tenant)
    page = signed_in(tenant, READER).get(PAGE).text
    assert "A Security Administrator or Global Administrator can connect to ServiceNow." in page
    assert "Select Authorize" not in page


def test_removal_revokes_there_and_erases_here(tenant: Flask, instance: FakeInstance) -> None:
    browser = connect(tenant)
    browser.post(f"{PAGE}/remove", data={"csrf_token": csrf_token(browser, PAGE)})
    assert [request.form["token"] for request in instance.heard_at("/oauth_revoke_token.do")] == ["refresh-1"]
    assert part_of(tenant, Connections).current() is None


def test_secrets_are_sealed_in_the_database(tenant: Flask) -> None:
    """Not one of them can be read in the file or its log."""
    connect(tenant)
    row = row_of(tenant)
    assert row.access_token is not None
    written = b"".join(path.read_bytes() for path in Path(tenant.instance_path).rglob("*") if path.is_file())
    for secret in (b"the-client-secret", b"access-1", b"refresh-1", b"the-code"):
        assert secret not in written


def test_the_api_does_all_of_it(tenant: Flask) -> None:
    client = tenant.test_client()
    header = bearer(client)
    saved = client.put("/api/v1/connection", json=DETAILS, headers=header).get_json()
    assert (saved["status"], saved["reason"], saved["instance"]) == ("provisioned", "saved", "dev00001")
    asked = client.post("/api/v1/connection/authorize", headers=header).get_json()["authorize_url"]
    state = parse_qs(urlsplit(asked).query)["state"][0]
    other = bearer(client, "globaladmin@contoso.onmicrosoft.com")
    answer = {"code": "the-code", "state": state}
    assert client.post("/api/v1/connection/callback", json=answer, headers=other).status_code == 400
    done = client.post("/api/v1/connection/callback", json=answer, headers=header).get_json()
    assert (done["status"], done["connected_as"], done["is_integration_user"]) == (
        "connected",
        "m365.integration",
        True,
    )
    assert client.delete("/api/v1/connection", headers=header).status_code == 204
    assert client.get("/api/v1/connection", headers=header).get_json()["status"] == "not_configured"

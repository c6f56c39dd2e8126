"""Another's code brought into one's own authorization (B07), and answers whose scope is not the usual one (B10)."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from faults.fake_instance import TOKEN, FakeInstance, fake_instance
from faults.fault_server import answering
from faults.renewing import TABLE, call
from oauth_flows import PASSWORD, HttpBrowser, consent_page, make_client_over_http, make_user_over_http, press
from patience import HANGING
from served_tenant import Program
from servers import RunningPair
from tenant_flows import connect, status_of
from ticketlab.connector.servicenow.errors import ServiceNowError
from ticketlab.connector.testing import close, make_tenant
from ticketlab.shared.clients.apis import InstanceApi


@pytest.mark.attack("B07")
def test_b07_a_code_of_another_authorization_is_refused_by_its_verifier(pair: RunningPair) -> None:
    """The victim's code comes back with the attacker's state: the verifier that goes along is the wrong one."""
    program = provisioned(pair)
    attacker, victim = (program.call("POST", "connection/authorize", {})["authorize_url"] for _ in range(2))
    browser = HttpBrowser(pair.emulator_url)
    code = press(browser, consent_page(browser, victim)).query["code"]
    states = [parse_qs(urlsplit(each).query)["state"][0] for each in (attacker, victim)]
    answer = callback(program, code, states[0])
    assert answer.status_code >= 400
    status = program.call("GET", "connection")
    assert status["status"] != "connected"
    assert callback(program, code, states[1]).status_code >= 400  # the code is used up, and nobody is connected
    assert PASSWORD not in answer.text


def provisioned(pair: RunningPair, **client: str) -> Program:
    """A program at a tenant that has the details of a client, and nobody's consent yet."""
    callback_url = f"{pair.connector_url}/ticketProvisioning/callback"
    made = make_client_over_http(pair.emulator_url, redirect_url=callback_url, **client)
    make_user_over_http(pair.emulator_url)
    program = Program(pair.connector_url).sign_in()
    details = {"instance": "dev00001", "client_id": made.client_id, "client_secret": made.secret}
    program.call("PUT", "connection", details)
    return program


@pytest.mark.attack("B18")
@pytest.mark.parametrize("profile", ["servicenow", "hardened"])
def test_b18_removal_ends_the_tokens_at_a_real_instance(pair: RunningPair, profile: str) -> None:
    """A hardened client's instance asks who revokes; the default one asks nobody."""
    program = provisioned(pair, profile=profile)
    address = program.call("POST", "connection/authorize", {})["authorize_url"]
    browser = HttpBrowser(pair.emulator_url)
    query = press(browser, consent_page(browser, address)).query
    body = {name: query[name] for name in ("code", "state", "iss") if name in query}
    assert program.call("POST", "connection/callback", body)["status"] == "connected"
    requests.delete(f"{program.url}/api/v1/connection", headers=program.headers, timeout=HANGING)
    tokens = InstanceApi(pair.emulator_url).rows("oauth_credential", "revoked=false")
    assert tokens == []


def callback(program: Program, code: str, state: str) -> requests.Response:
    body = {"code": code, "state": state}
    url = f"{program.url}/api/v1/connection/callback"
    return requests.post(url, json=body, headers=program.headers, timeout=HANGING)


@pytest.fixture
def instance() -> Iterator[FakeInstance]:
    with fake_instance() as running:
        yield running


@pytest.mark.attack("B10")
@pytest.mark.parametrize("scope", ["", "useraccount admin everything", "read", 7, None])
def test_b10_whatever_scope_is_granted_nothing_more_is_done_and_less_is_told(
    instance: FakeInstance, scope: object
) -> None:
    """More is ignored. With less, calls fail in ServiceNow's own words, and the connection lives on."""
    instance.overrides[TOKEN] = answering(200, {**instance.issue(), "scope": scope})
    tenant = make_tenant(instances={"dev00001": instance.url})
    connect(tenant)
    assert call(tenant) == "CHG0030001"
    missing = {"error": {"message": "Missing required api access scope", "detail": None}, "status": "failure"}
    instance.overrides[f"/api/now/table/{TABLE}"] = answering(403, missing)
    with pytest.raises(ServiceNowError) as refused:
        call(tenant)
    assert "Missing required api access scope" in refused.value.sentence
    assert status_of(tenant).connected
    close(tenant)

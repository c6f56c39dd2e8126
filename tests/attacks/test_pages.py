"""Attacks on the pages: every route that changes something under a session's cookie, found in the url_map."""

import pytest
from app_routes import changing
from oauth_flows import ClientBrowser, log_in, make_user
from ticketlab.connector.testing import close as close_tenant
from ticketlab.connector.testing import make_tenant
from ticketlab.connector.testing import sign_in as sign_in_to_tenant
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.web.parts import part_of

REFUSED = {400, 401, 403}


@pytest.fixture
def instance():
    made = make_instance()
    make_user(made, "clicker")
    yield made
    close(made)


@pytest.fixture
def tenant():
    made = make_tenant()
    yield made
    close_tenant(made)


def forgeries(method: str, path: str, foreign_token: str):
    """What a foreign page could make a signed-in browser send."""
    yield "no token", {"method": method, "path": path, "data": {"sys_action": "x"}}
    yield (
        "another session's token",
        {
            "method": method,
            "path": path,
            "data": {"sysparm_ck": foreign_token, "csrf_token": foreign_token},
        },
    )
    yield (
        "text/plain that looks like JSON",
        {
            "method": method,
            "path": path,
            "data": '{"a":"b"}',
            "content_type": "text/plain",
        },
    )
    yield (
        "by another site",
        {
            "method": method,
            "path": path,
            "data": {"sys_action": "x"},
            "headers": {"Sec-Fetch-Site": "cross-site"},
        },
    )
    yield (
        "from another origin",
        {
            "method": method,
            "path": path,
            "data": {"sys_action": "x"},
            "headers": {"Origin": "https://evil.example"},
        },
    )


@pytest.mark.attack("C01")
def test_c01_no_page_of_the_instance_takes_a_forged_form(instance):
    """Enumerated from the url_map, so a new route is covered when it is written."""
    client = instance.test_client()
    log_in(ClientBrowser(client), "clicker")
    stranger = ClientBrowser(instance.test_client()).get("/login.do").hidden("sysparm_ck")
    for method, path in changing(instance):
        for how, request in forgeries(method, path, stranger):
            answer = client.open(**request)
            assert answer.status_code in REFUSED, f"{method} {path} with {how}: {answer.status}"


@pytest.mark.attack("C01")
def test_c01_no_page_of_the_tenant_takes_a_forged_form(tenant):
    client = tenant.test_client()
    sign_in_to_tenant(client)
    text = tenant.test_client().get("/signin").text
    stranger = text.partition('name="csrf_token" value="')[2].partition('"')[0]
    for method, path in changing(tenant):
        for how, request in forgeries(method, path, stranger):
            answer = client.open(**request)
            assert answer.status_code in REFUSED, f"{method} {path} with {how}: {answer.status}"


@pytest.mark.attack("C01")
def test_c01_a_get_does_not_become_a_post_by_override(instance):
    """Method override belongs to the REST APIs alone."""
    client = instance.test_client()
    log_in(ClientBrowser(client), "admin", "admin")
    headers = {"X-HTTP-Method-Override": "DELETE"}
    incidents = part_of(instance, Gate).record("incident", Caller.system())
    there = incidents.insert({"short_description": "still there"}).sys_id
    for asked in ("sys_action=sysverb_delete&confirmed=true", "_method=DELETE"):
        assert client.get(f"/incident.do?sys_id={there}&{asked}", headers=headers).status_code == 200
    assert incidents.get(there).value("short_description") == "still there"


@pytest.mark.attack("C11")
@pytest.mark.parametrize("kind", ["instance", "tenant"])
def test_c11_every_answer_carries_a_strict_policy(request, kind):
    """default-src 'none', nothing inline, forms to our own origin only; errors and redirects included."""
    app = request.getfixturevalue(kind)
    client = app.test_client()
    paths = {rule.rule.replace("<table>", "incident") for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    for path in [*(each for each in paths if "<" not in each), "/no/such/page", "/static/missing.css"]:
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe-" not in policy, path
        assert "form-action 'self'" in policy, path
        assert "base-uri 'none'" in policy, path

"""What the logs tell and what they cannot be made to tell (L06, L07), and whose they are (X12)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faults.fake_instance import FakeInstance, fake_instance
from flask import Flask
from oauth_flows import ClientBrowser, code_for, exchange, make_client, make_user, refresh
from oauth_records import by_password, records
from people import Person
from servers import RunningPair
from tenant_flows import connect, provision, row_of, signed_in, status_of
from ticket_flows import fields
from ticketlab.connector.connection.service import Connections
from ticketlab.connector.testing import bearer, csrf_token, engine_of, make_tenant
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.clients.connect import Connector, Wanted
from ticketlab.shared.clients.target import Target
from ticketlab.shared.logs import configure_logs, log
from ticketlab.shared.web.parts import part_of
from ticketlab.shared.web.request_id import HEADER

FORGERIES = (
    'x\r\n{"event":"login","user":"admin"}',
    "x\n2026-01-01 info login",
    "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    '"}{"event":"forged',
    "\u2028{}\u2029\u0085\x00\x7f",
    "\ud800",
)


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Every line of a log; a line that is no JSON object fails."""
    events = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    assert all(isinstance(event, dict) for event in events)
    return events


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Flask]:
    made = make_instance(tmp_path / "instance")
    yield made
    close(made)


def told(app_folder: Path, app: str, event: str) -> list[dict[str, Any]]:
    path = app_folder / "logs" / f"{app}.jsonl"
    return [line for line in lines_of(path) if line["event"] == event] if path.exists() else []


@pytest.mark.attack("L06")
@pytest.mark.parametrize("forgery", FORGERIES)
def test_l06_what_a_user_types_is_one_valid_line_of_the_log(tmp_path, capsys, forgery):
    """In the file a line of JSON, in the terminal a line without control characters."""
    configure_logs(tmp_path, "emulator")
    log().warning("login.refused", user=forgery)
    found = lines_of(tmp_path / "emulator.jsonl")
    assert [line["user"] for line in found] == [forgery]
    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable()


@pytest.mark.attack("L06")
def test_l06_a_forged_name_at_either_login_is_one_line(instance, tmp_path):
    tenant = make_tenant(tmp_path)
    for forgery in FORGERIES[:-1]:
        page = Person(instance).get("/login.do")
        Person(instance).client.post("/login.do", data={**page.form("user_name").values, "user_name": forgery})
        client = tenant.test_client()
        client.post("/signin", data={"upn": forgery, "password": "x", "csrf_token": csrf_token(client)})
    assert len(lines_of(tmp_path / "tenant" / "logs" / "connector.jsonl")) == len(FORGERIES) - 1
    path = tmp_path / "instance" / "logs" / "emulator.jsonl"
    assert not path.exists() or lines_of(path)
    engine_of(tenant).dispose()


@pytest.mark.attack("L07")
def test_l07_every_event_of_authentication_at_the_instance_is_told(instance, tmp_path):
    """Who, what, when, from where, and how it ended."""
    folder = tmp_path / "instance"
    make_user(instance)
    client = make_client(instance)
    person = Person(instance)
    person.send(person.get("/login.do").form("user_name"), user_name="tickets", user_password="wrong")
    browser = ClientBrowser(instance.test_client())
    tokens = json.loads(exchange(browser, client, code_for(browser, client)).text)
    refresh(browser, client, tokens["refresh_token"])
    by_password(browser, client, password="wrong")
    browser.post("/oauth_revoke_token.do", {"token": tokens["refresh_token"]})
    browser.get("/logout.do")
    api = instance.test_client()
    api.get("/api/now/table/incident", headers={"Authorization": "Bearer stolen"})
    api.get("/api/now/table/incident", auth=("tickets", "wrong"))
    assert [line["cause"] for line in told(folder, "emulator", "login.refused")] == ["The password is wrong"] * 3
    assert [line["user"] for line in told(folder, "emulator", "login")] == ["tickets"]
    assert [line["user"] for line in told(folder, "emulator", "logout")] == ["tickets"]
    assert [line["outcome"] for line in told(folder, "emulator", "oauth.consent")] == ["allowed"]
    issued = told(folder, "emulator", "oauth.issued")
    assert [line["grant"] for line in issued] == ["authorization_code", "refresh_token"]
    assert {(line["user"], line["client"]) for line in issued} == {("tickets", "Security + Compliance Connector")}
    assert len(told(folder, "emulator", "oauth.revoked")) == 2
    assert told(folder, "emulator", "oauth.refused")
    assert [line["by"] for line in told(folder, "emulator", "rest.not_authenticated")] == ["bearer", "basic"]
    for line in lines_of(folder / "logs" / "emulator.jsonl"):
        if line["event"] != "user.given_new_credentials":  # by the test itself, outside of any request
            assert {"timestamp", "level", "address", "transaction"} <= set(line), line


@pytest.mark.attack("L07")
def test_l07_who_was_denied_what_by_which_rule_is_told(instance, tmp_path):
    make_user(instance)
    answer = instance.test_client().post("/api/now/table/sys_user", json={}, auth=("tickets", "correct horse"))
    assert answer.status_code == 403
    (line,) = told(tmp_path / "instance", "emulator", "access.denied")
    assert (line["user"], line["operation"], line["table"]) == ("tickets", "create", "sys_user")
    assert line["rule"]
    assert line["transaction"] == answer.headers["X-Transaction-ID"]


@pytest.mark.attack("L07")
def test_l07_lockout_impersonation_and_elevation_are_told(instance, tmp_path):
    folder = tmp_path / "instance"
    make_user(instance)
    for _ in range(5):
        instance.test_client().get("/api/now/table/incident", auth=("tickets", "wrong"))
    assert [line["user"] for line in told(folder, "emulator", "user.locked_out")] == ["tickets"]
    admin = Person(instance).log_in()
    form = admin.get("/elevate_role.do").form()
    admin.client.post(form.action, data={**form.values, "role": "security_admin"})
    admin.send(admin.get("/impersonate_dialog.do").form("user_name"), user_name="fred.luddy")
    assert [line["what"] for line in told(folder, "emulator", "elevation")] == ["admin elevated to security_admin"]
    assert [line["what"] for line in told(folder, "emulator", "impersonation")] == ["admin impersonated fred.luddy"]


@pytest.mark.attack("L07")
def test_l07_every_event_of_authentication_at_the_tenant_is_told(tmp_path):
    tenant = make_tenant(tmp_path)
    folder = tmp_path / "tenant"
    browser = signed_in(tenant, "reader@contoso.onmicrosoft.com")
    browser.get("/ticketProvisioning")
    browser.post("/signout", data={"csrf_token": csrf_token(browser, "/")})
    client = tenant.test_client()
    client.post("/signin", data={"upn": "a@b", "password": "x", "csrf_token": csrf_token(client)})
    form = {"grant_type": "password", "username": "reader@contoso.onmicrosoft.com", "password": "wrong"}
    client.post("/contoso/oauth2/v2.0/token", data=form)
    client.get("/api/v1/me")
    header = bearer(client, "reader@contoso.onmicrosoft.com")
    assert client.delete("/api/v1/connection", headers=header).status_code == 403
    reader = "reader@contoso.onmicrosoft.com"
    assert [line["upn"] for line in told(folder, "connector", "signin")] == [reader]
    assert [line["upn"] for line in told(folder, "connector", "signout")] == [reader]
    assert [line["upn"] for line in told(folder, "connector", "signin.refused")] == ["a@b"]
    assert [(line["who"], line["why"]) for line in told(folder, "connector", "token.refused")] == [
        (reader, "invalid_grant")
    ]
    denied = told(folder, "connector", "access.denied")
    assert [line["user"] for line in denied][-2:] == ["", reader]
    for line in lines_of(folder / "logs" / "connector.jsonl"):
        assert {"timestamp", "level", "address", "request"} <= set(line), line


@pytest.mark.attack("L07")
def test_l07_one_request_id_joins_the_logs_of_both_apps(pair: RunningPair):
    """The administrator's request to the tenant is found again in the instance's log, where the token was issued."""
    Connector(Target(pair.emulator_url, pair.connector_url), Wanted(), lambda _line: None).connect()
    logs = Path(pair.environment["TICKETLAB_DATA"]) / "logs"
    authorised = [line for line in lines_of(logs / "connector.jsonl") if line["event"] == "connection.authorised"][-1]
    issued = [line for line in lines_of(logs / "emulator.jsonl") if line.get("request") == authorised["request"]]
    assert [line["grant"] for line in issued if line["event"] == "oauth.issued"] == ["authorization_code"]
    assert all(line["transaction"] for line in issued)


@pytest.mark.attack("L07")
@pytest.mark.parametrize("given", ["a b", "x" * 65, "é", 'a"b', "<script>"])
def test_l07_a_request_id_that_is_none_is_replaced(tmp_path, given):
    tenant = make_tenant(tmp_path)
    answer = tenant.test_client().get("/lab/health", headers={HEADER: given.encode("latin-1").decode("latin-1")})
    assert answer.headers[HEADER] != given
    assert len(answer.headers[HEADER]) == 12
    engine_of(tenant).dispose()


@pytest.fixture
def two_instances() -> Iterator[tuple[FakeInstance, FakeInstance]]:
    with fake_instance() as first, fake_instance() as second:
        yield first, second


@pytest.mark.attack("X12")
def test_x12_two_tenants_of_one_process_share_nothing(tmp_path, two_instances):
    """Neither connection nor ticket nor token nor a line of the log, whichever of them is asked in between."""
    tenants = []
    for name, instance in zip(("contoso", "fabrikam"), two_instances, strict=True):
        (tmp_path / name).mkdir()
        tenants.append(make_tenant(tmp_path / name, tenant=name, instances={"dev00001": instance.url}))
    ones, others = tenants
    connect(ones)
    assert part_of(others, Connections).current() is None
    header = bearer(ones.test_client())
    assert others.test_client().get("/api/v1/me", headers=header).status_code == 401
    cookie = signed_in(ones).get_cookie("ticketlab_tenant")
    provision(others)
    assert not status_of(others).connected
    assert others.test_client().get("/api/v1/connection", headers=header).status_code == 401
    ticket = ones.test_client().post("/api/v1/tickets", json=fields(), headers=header).get_json()["id"]
    theirs = bearer(others.test_client(), "secadmin@fabrikam.onmicrosoft.com")
    assert others.test_client().get(f"/api/v1/tickets/{ticket}", headers=theirs).status_code == 404
    assert not two_instances[1].heard_at("/oauth_token.do")
    assert cookie is None or cookie.value not in str(row_of(others).__dict__)
    logs = [(tmp_path / name / "tenant" / "logs" / "connector.jsonl").read_text() for name in ("contoso", "fabrikam")]
    assert "secadmin@contoso" in logs[0]
    assert "fabrikam" not in logs[0]
    assert "secadmin@fabrikam" in logs[1]
    assert "contoso" not in logs[1]
    for tenant in tenants:
        engine_of(tenant).dispose()


@pytest.mark.attack("X12")
def test_x12_two_instances_of_one_process_share_nothing(tmp_path):
    """Rows, rules, remembered passwords, tokens, sessions, log lines: what one has, the other never saw."""
    ones, others = (make_instance(tmp_path / name, name=name) for name in ("dev00001", "dev00002"))
    make_user(ones, "only.here")
    table = records(ones, "sys_db_object")
    table.update(table.find("name=incident").sys_id, {"ws_access": False})
    for _ in range(2):  # the second time its password is remembered
        assert _status(ones, "sys_user", auth=("only.here", "correct horse")) == 200
    assert _status(others, "sys_user", auth=("only.here", "correct horse")) == 401
    assert _status(ones, "incident", auth=("admin", "admin")) == 403
    assert _status(others, "incident", auth=("admin", "admin")) == 200
    browser = ClientBrowser(ones.test_client())
    client = make_client(ones)
    token = {
        "Authorization": f"Bearer {json.loads(by_password(browser, client, username='only.here').text)['access_token']}"
    }
    assert _status(ones, "sys_user", headers=token) == 200
    assert _status(others, "sys_user", headers=token) == 401
    assert by_password(ClientBrowser(others.test_client()), client).status == 401
    logs = [(tmp_path / name / "logs" / "emulator.jsonl").read_text() for name in ("dev00001", "dev00002")]
    assert "incident" in logs[0]
    assert '"user": "only.here", "cause"' in logs[1]
    assert "oauth.issued" in logs[0]
    assert "oauth.issued" not in logs[1]
    close(ones)
    close(others)


def _status(instance: Flask, table: str, **how: Any) -> int:
    return instance.test_client().get(f"/api/now/table/{table}?sysparm_limit=1", **how).status_code

"""A token does what its user may, never more (X05): not what its application's owner, nor what its scope leaves out."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from oauth_flows import PASSWORD, ClientBrowser, OAuthClient, code_for, exchange, make_client, make_user
from oauth_records import records
from ticketlab.emulator.testing import close, make_instance

ADMIN = ("admin", "admin")
INTEGRATION = "x_mioms_m365ticket.integration"
MISSING_SCOPE = "Missing required api access scope"


@pytest.fixture(scope="module")
def instance() -> Iterator[Flask]:
    made = make_instance()
    user = make_user(made)
    role = records(made, "sys_user_role").find(f"name={INTEGRATION}").sys_id
    records(made, "sys_user_has_role").insert({"user": user, "role": role, "state": "active"})
    yield made
    close(made)


@pytest.fixture(scope="module")
def application(instance: Flask) -> OAuthClient:
    """Registered by the administrator, as every application is."""
    return make_client(instance)


def token_of(instance: Flask, client: OAuthClient, user: str, password: str, **more: str) -> dict[str, str]:
    form = {"grant_type": "password", "username": user, "password": password, **client.credentials, **more}
    answer = ClientBrowser(instance.test_client()).post("/oauth_token.do", form)
    assert answer.status == 200, answer
    return {"Authorization": f"Bearer {json.loads(answer.text)['access_token']}"}


def seen(instance: Flask, method: str, path: str, **how: Any) -> tuple[int, int]:
    """Status, and how many records came back."""
    body = {"json": {"short_description": "x", "name": "x"}} if method in {"POST", "PATCH"} else {}
    answer = instance.test_client().open(f"/api/now/table/{path}", method=method, **body, **how)
    result = (answer.get_json(silent=True) or {}).get("result", [])
    return answer.status_code, len(result) if isinstance(result, list) else 1


def probes(instance: Flask) -> list[tuple[str, str]]:
    one = {
        name: records(instance, name).query(limit=1).rows[0].sys_id for name in ("sys_user", "oauth_entity", "incident")
    }
    return [
        ("GET", "sys_user_has_role?sysparm_limit=5"),
        ("GET", "oauth_entity?sysparm_limit=5"),
        ("GET", "oauth_credential?sysparm_limit=5"),
        ("GET", "sys_properties?sysparm_limit=5"),
        ("GET", "incident?sysparm_limit=5"),
        ("POST", "sys_user"),
        ("POST", "sys_security_acl"),
        ("PATCH", f"sys_user/{one['sys_user']}"),
        ("PATCH", f"oauth_entity/{one['oauth_entity']}"),
        ("DELETE", f"incident/{one['incident']}"),
    ]


@pytest.mark.attack("X05")
def test_x05_the_integration_users_token_does_what_the_user_may_and_no_more(instance, application):
    """The very answers that user name and password get; and the administrator would get others, so it matters."""
    token = token_of(instance, application, "tickets", PASSWORD)
    differs = 0
    for method, path in probes(instance):
        own = seen(instance, method, path, auth=("tickets", PASSWORD))
        assert seen(instance, method, path, headers=token) == own, (method, path)
        differs += method == "GET" and seen(instance, method, path, auth=ADMIN) != own
    assert differs >= 3


@pytest.mark.attack("X05")
def test_x05_neither_the_session_beside_it_nor_who_allowed_before_lends_a_token_rights(instance, application):
    """An administrator's browser session comes along as a cookie; the token alone counts."""
    browser = ClientBrowser(instance.test_client())
    exchange(browser, application, code_for(browser, application))  # allowed by the integration user
    admin = instance.test_client()
    page = admin.get("/login.do").text
    ck = page.partition('name="sysparm_ck" value="')[2].partition('"')[0]
    admin.post("/login.do", data={"sysparm_ck": ck, "user_name": "admin", "user_password": "admin"})
    assert admin.get("/home.do").status_code == 200
    token = token_of(instance, application, "tickets", PASSWORD)
    with_cookie = admin.get("/api/now/table/oauth_entity", headers=token)
    alone = instance.test_client().get("/api/now/table/oauth_entity", headers=token)
    assert (with_cookie.status_code, with_cookie.get_json()) == (alone.status_code, alone.get_json())


def scoped(instance: Flask, name: str, *opened: tuple[str, str]) -> dict[str, str]:
    """An administrator's token of a securely scoped client that opens these APIs by these methods."""
    client = make_client(instance, name=name, scope_restriction_status="securely_scoped")
    auth_scope = records(instance, "sys_auth_scope").insert({"name": name, "active": True}).sys_id
    for method, api in opened:
        access = {"rest_api": api, "http_method": method, "sys_auth_scope": auth_scope, "active": True}
        records(instance, "sys_api_access_scope").insert(access)
    mapping = {"oauth_entity": client.sys_id, "sys_auth_scope": auth_scope}
    records(instance, "oauth_entity_auth_scope_mapping").insert(mapping)
    return token_of(instance, client, "admin", "admin", scope=name)


@pytest.mark.attack("X05")
@pytest.mark.source("platform 1.4", "D")
def test_x05_an_administrators_token_opens_only_what_its_scope_names(instance):
    """A securely scoped client: reading incidents is in its scope, all else is 403 though the user may do anything."""
    token = scoped(instance, "incident_read", ("GET", "api/now/table/incident"))
    assert seen(instance, "GET", "incident?sysparm_limit=2", headers=token) == (200, 2)
    assert seen(instance, "HEAD", "incident?sysparm_limit=2", headers=token)[0] == 200
    for method, path in (("POST", "incident"), ("GET", "sys_user"), ("GET", "incident_task"), ("PATCH", "incident/x")):
        answer = instance.test_client().open(f"/api/now/table/{path}", method=method, json={}, headers=token)
        assert (answer.status_code, answer.get_json()["error"]["message"]) == (403, MISSING_SCOPE), (method, path)


@pytest.mark.attack("X05")
def test_x05_a_method_in_a_header_needs_the_scope_of_what_is_done(instance):
    """A token that may create does not delete by an override."""
    token = scoped(instance, "incident_create", ("POST", "api/now/table/incident"))
    one = records(instance, "incident").query(limit=1).rows[0].sys_id
    for method in ("DELETE", "PATCH", "GET", "delete "):
        headers = {**token, "X-HTTP-Method-Override": method}
        assert seen(instance, "POST", f"incident/{one}", headers=headers)[0] == 403, method
    assert records(instance, "incident").find(f"sys_id={one}") is not None
    assert seen(instance, "POST", "incident", headers=token)[0] == 201


@pytest.mark.attack("X05")
def test_x05_a_batch_lends_its_requests_no_scope(instance):
    """What may send batches may not do by one what it may not do alone."""
    token = scoped(instance, "batches", ("POST", "api/now/batch"))
    item = {"id": "1", "method": "GET", "url": "/api/now/table/sys_user?sysparm_limit=1", "headers": []}
    body = {"batch_request_id": "1", "rest_requests": [item]}
    answer = instance.test_client().post("/api/now/v1/batch", json=body, headers=token)
    assert answer.status_code == 200
    assert answer.get_json()["serviced_requests"][0]["status_code"] == 403


@pytest.mark.attack("X05")
@pytest.mark.source("platform 1.4", "D")
def test_x05_tokens_under_enforced_restrictions_open_only_what_a_policy_names(instance):
    """Elsewhere such a token is none; other clients' tokens are as good as before."""
    client = make_client(instance, name="Enforced", enforce_token_restrictions=True)
    token = token_of(instance, client, "admin", "admin")
    assert seen(instance, "GET", "incident?sysparm_limit=2", headers=token)[0] == 401
    policy = {"name": "Incidents", "rest_api": "/api/now/table/incident", "http_method": "GET", "active": True}
    made = records(instance, "sys_api_access_policy").insert(policy).sys_id
    assert seen(instance, "GET", "incident?sysparm_limit=2", headers=token) == (200, 2)
    assert seen(instance, "POST", "incident", headers=token)[0] == 401
    assert seen(instance, "GET", "problem?sysparm_limit=2", headers=token)[0] == 401
    records(instance, "sys_api_access_policy").update(made, {"active": False})
    assert seen(instance, "GET", "incident?sysparm_limit=2", headers=token)[0] == 401
    other = token_of(instance, make_client(instance, name="Free"), "admin", "admin")
    assert seen(instance, "GET", "problem?sysparm_limit=2", headers=other) == (200, 2)

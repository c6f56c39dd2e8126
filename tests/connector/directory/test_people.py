"""Azure Active Directory: a Global Administrator keeps the tenant's people, by page and by API."""

import pytest
from flask import Flask
from tenant_flows import signed_in
from ticketlab.connector.testing import ADMIN, bearer, csrf_token, sign_in

GLOBAL = "globaladmin@contoso.onmicrosoft.com"
USERS = "/azureActiveDirectory/users"
NEW = {
    "name": "M365 Integration",
    "upn": "m365.integration@contoso.onmicrosoft.com",
    "mail": "m365.integration@example.com",
    "password": "Quiet-Otter-42",
}


def created(tenant: Flask, **changes: object) -> dict[str, object]:
    client = tenant.test_client()
    answer = client.post("/api/v1/users", json={**NEW, **changes}, headers=bearer(client, GLOBAL))
    assert answer.status_code == 201, answer.text
    return answer.get_json()


def test_a_user_made_on_the_page_signs_in_with_the_roles_given(tenant: Flask) -> None:
    browser = signed_in(tenant, GLOBAL)
    form = {**NEW, "roles": "Security Administrator", "csrf_token": csrf_token(browser, f"{USERS}/new")}
    page = browser.post(f"{USERS}/new", data=form, follow_redirects=True)
    assert "M365 Integration was created." in page.text
    assert NEW["mail"] in browser.get(USERS).text.replace("<wbr>", "")  # where a long address may break
    person = signed_in(tenant, NEW["upn"], NEW["password"])
    assert "Client secret" in person.get("/ticketProvisioning?change=1").text


def test_a_role_given_or_taken_holds_from_the_next_click_on(tenant: Flask) -> None:
    made = created(tenant)
    person, keeper = signed_in(tenant, NEW["upn"], NEW["password"]), signed_in(tenant, GLOBAL)
    assert person.get("/tickets/new").status_code == 403
    for roles, status in (["Security Administrator"], {200, 303, 409}), ([], {403}):
        token = csrf_token(keeper, f"{USERS}/{made['id']}")
        keeper.post(f"{USERS}/{made['id']}/roles", data={"roles": roles, "csrf_token": token})
        assert person.get("/tickets/new").status_code in status, roles


@pytest.mark.attack("C06")
def test_c06_whoever_is_blocked_is_out_at_once_and_so_is_whoever_s_password_was_changed(tenant: Flask) -> None:
    made = created(tenant)
    keeper = signed_in(tenant, GLOBAL)
    for path, form in ("password", {"password": "Another-Otter-43"}), ("enabled", {"enabled": "false"}):
        person = signed_in(tenant, NEW["upn"], NEW["password"] if path == "password" else "Another-Otter-43")
        token = csrf_token(keeper, f"{USERS}/{made['id']}")
        assert keeper.post(f"{USERS}/{made['id']}/{path}", data={**form, "csrf_token": token}).status_code == 303
        assert person.get("/").status_code == 303, path


def test_the_last_global_administrator_stays_one(tenant: Flask) -> None:
    """By page and API, by role and by blocking; with a second one it is allowed."""
    client = tenant.test_client()
    headers = bearer(client, GLOBAL)
    me = client.get("/api/v1/me", headers=headers).get_json()["id"]
    for changes in {"roles": []}, {"roles": ["Security Reader"]}, {"enabled": False}:
        answer = client.patch(f"/api/v1/users/{me}", json=changes, headers=headers)
        assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    browser = signed_in(tenant, GLOBAL)
    token = csrf_token(browser, f"{USERS}/{me}")
    answer = browser.post(f"{USERS}/{me}/roles", data={"csrf_token": token})
    assert answer.status_code == 409
    assert "The last Global Administrator keeps the role" in answer.text
    created(tenant, roles=["Global Administrator"])
    assert client.patch(f"/api/v1/users/{me}", json={"roles": []}, headers=headers).status_code == 200
    assert client.patch(f"/api/v1/users/{me}", json={"roles": []}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"upn": ADMIN}, 409),
        ({"upn": ADMIN.upper()}, 409),
        ({"upn": "someone@elsewhere.example"}, 422),
        ({"upn": "no at sign"}, 422),
        ({"upn": "a^b@contoso.com"}, 422),
        ({"mail": "nobody"}, 422),
        ({"name": ""}, 422),
        ({"name": "a\nb"}, 422),
        ({"password": "short"}, 422),
        ({"roles": ["Emperor"]}, 422),
        ({"roles": "Security Reader"}, 422),
        ({"id": "x"}, 422),
        ({"name": 1}, 422),
    ],
)
def test_a_user_that_cannot_be_is_refused(tenant: Flask, changes: dict[str, object], status: int) -> None:
    client = tenant.test_client()
    headers = bearer(client, GLOBAL)
    before = len(client.get("/api/v1/users", headers=headers).get_json()["value"])
    answer = client.post("/api/v1/users", json={**NEW, **changes}, headers=headers)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert len(client.get("/api/v1/users", headers=headers).get_json()["value"]) == before


def test_the_form_says_what_is_not_right_and_keeps_what_was_typed(tenant: Flask) -> None:
    browser = signed_in(tenant, GLOBAL)
    form = {**NEW, "upn": "someone@elsewhere.example", "csrf_token": csrf_token(browser, f"{USERS}/new")}
    answer = browser.post(f"{USERS}/new", data=form)
    assert answer.status_code == 422
    assert "in a domain of this tenant" in answer.text
    assert "M365 Integration" in answer.text
    assert NEW["password"] not in answer.text


@pytest.mark.attack("X01")
@pytest.mark.parametrize("upn", [ADMIN, "reader@contoso.onmicrosoft.com"])
def test_x01_nobody_but_a_global_administrator_changes_the_directory(tenant: Flask, upn: str) -> None:
    """Not even a Security Administrator, and not themselves."""
    client = tenant.test_client()
    headers = bearer(client, upn)
    me = client.get("/api/v1/me", headers=headers).get_json()["id"]
    assert client.post("/api/v1/users", json=NEW, headers=headers).status_code == 403
    assert (
        client.patch(f"/api/v1/users/{me}", json={"roles": ["Global Administrator"]}, headers=headers).status_code
        == 403
    )
    sign_in(client, upn)
    for path in (USERS, f"{USERS}/new", f"{USERS}/{me}"):
        assert client.get(path).status_code == 403
    assert "Azure Active Directory" not in client.get("/").text


def test_unknown_people_are_not_found(tenant: Flask) -> None:
    client = tenant.test_client()
    headers = bearer(client, GLOBAL)
    assert client.get("/api/v1/users/nobody", headers=headers).status_code == 404
    assert client.patch("/api/v1/users/nobody", json={"name": "x"}, headers=headers).status_code == 404
    assert signed_in(tenant, GLOBAL).get(f"{USERS}/{'x' * 100}").status_code == 404

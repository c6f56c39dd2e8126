"""The tenant's lab: health, clock, reset, and its start page."""

from flask import Flask
from tenant_flows import provision, status_of
from ticketlab.connector.connection.status import State
from ticketlab.connector.testing import bearer, sign_in


def test_health_tells_what_this_is(tenant: Flask) -> None:
    answer = tenant.test_client().get("/lab/health").get_json()
    assert answer["product"] == "tenant"
    assert answer["name"] == "contoso"
    assert answer["database"] == "ok"


def test_a_reset_brings_the_seed_back(tenant: Flask) -> None:
    provision(tenant)
    assert tenant.test_client().post("/lab/reset", json={}).get_json() == {"reset": True, "seed": "demo"}
    assert status_of(tenant).state is State.NOT_CONFIGURED


def test_a_kept_state_is_what_a_reset_returns_to(tenant: Flask) -> None:
    client = tenant.test_client()
    provision(tenant)
    client.post("/lab/seed", json={})
    client.delete("/api/v1/connection", headers=bearer(client))
    client.post("/lab/reset", json={})
    assert status_of(tenant).state is State.PROVISIONED


def test_the_clock_moves_for_everything(tenant: Flask) -> None:
    """A token of an hour is over after the clock was moved by two."""
    client = tenant.test_client()
    header = bearer(client)
    client.post("/lab/clock", json={"advance": 7200})
    assert client.get("/api/v1/me", headers=header).status_code == 401


def test_the_start_page_names_the_accounts_and_the_instance(tenant: Flask) -> None:
    text = tenant.test_client().get("/lab").text
    for word in ("secadmin@contoso.onmicrosoft.com", "reader@", "globaladmin@", "ticketlab", "dev00001"):
        assert word in text


def test_a_foreign_page_cannot_reset(tenant: Flask) -> None:
    """Not even in a browser that is signed in."""
    client = tenant.test_client()
    sign_in(client)
    provision(tenant)
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert client.post("/lab/reset", json={}, headers=foreign).status_code == 403
    assert client.post("/lab/reset", data={"a": "b"}, headers=foreign).status_code == 403
    assert client.post("/lab/reset", json={}, headers={"Host": "evil.example"}).status_code == 403
    assert status_of(tenant).state is State.PROVISIONED

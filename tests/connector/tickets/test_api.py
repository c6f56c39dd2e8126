"""Tickets over the API."""

import pytest
from faults.ticket_tables import TicketTables
from flask import Flask
from ticket_flows import create, deliver, post
from ticketlab.connector.testing import READER, bearer


def test_ticket_tells_everything_about_itself(tenant: Flask, tables: TicketTables, api: dict[str, str]):
    """Before it is sent, and after."""
    ticket_id = create(tenant, api, control_id="AdminMFAV2", recommendation_category=None)
    waiting = tenant.test_client().get(f"/api/v1/tickets/{ticket_id}", headers=api).get_json()
    assert (waiting["delivery"], waiting["number"], waiting["state"], waiting["url"]) == ("pending", None, None, None)
    deliver(tenant)
    sent = tenant.test_client().get(f"/api/v1/tickets/{ticket_id}", headers=api).get_json()
    assert sent["number"] == "CHG0030001"
    assert sent["state"] == {"value": "-5", "label": "New"}
    assert sent["recommendation_source"] == "microsoft"
    assert sent["recommendation_category"] == "identity"
    assert sent["control_id"] == "AdminMFAV2"
    assert sent["created_by"] == "secadmin@contoso.onmicrosoft.com"
    assert sent["url"].startswith("http://")
    assert len(sent["correlation_id"]) == 32


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"priority": 2}, "priority"),
        ({"due_date": "2020-01-01"}, "due_date"),
        ({"kind": "problem"}, "kind"),
        ({"recommendation_category": None}, "recommendation_category"),
        ({"control_id": "nope"}, "control_id"),
        ({"control_id": "AdminMFAV2", "recommendation_category": "apps"}, "recommendation_category"),
        ({"control_id": "AdminMFAV2", "recommendation_source": "user"}, "recommendation_source"),
        ({"recommendation_source": "microsoft"}, "control_id"),
        ({"sys_id": "0" * 32}, "sys_id"),
        ({"name": "half \ud800"}, "name"),
    ],
)
def test_wrong_ticket_is_refused_with_the_name_of_its_field(
    changes: dict[str, object], field: str, tenant: Flask, api: dict[str, str]
):
    """422 in the one shape, and nothing is created."""
    answer = post(tenant, api, **changes)
    assert answer.status_code == 422, answer.text
    assert list(answer.get_json()["errors"]) == [field]
    assert all(isinstance(text, str) and len(text) > 3 for text in answer.get_json()["errors"][field])
    assert tenant.test_client().get("/api/v1/tickets", headers=api).get_json()["value"] == []


def test_lists_are_paged_and_filtered(tenant: Flask, tables: TicketTables, api: dict[str, str]):
    """Newest first; ``next`` leads through all of them."""
    for number in range(5):
        create(tenant, api, name=f"Ticket {number}", kind="incident" if number % 2 else "change")
    client, path, names = tenant.test_client(), "/api/v1/tickets?limit=2", []
    while path:
        body = client.get(path, headers=api).get_json()
        names += [each["name"] for each in body["value"]]
        path = body["next"]
    assert names == [f"Ticket {number}" for number in (4, 3, 2, 1, 0)]
    incidents = client.get("/api/v1/tickets?kind=incident", headers=api).get_json()["value"]
    assert len(incidents) == 2


def test_reader_reads_and_may_not_write(tenant: Flask, tables: TicketTables, api: dict[str, str]):
    """403 in the one shape."""
    reader = bearer(tenant.test_client(), READER)
    ticket_id = create(tenant, api)
    client = tenant.test_client()
    assert client.get(f"/api/v1/tickets/{ticket_id}", headers=reader).status_code == 200
    assert client.get("/api/v1/ticket-states", headers=reader).status_code == 200
    assert post(tenant, reader).status_code == 403
    for method, path in [("POST", f"tickets/{ticket_id}/retry"), ("POST", "sync"), ("PUT", "ticket-states")]:
        assert client.open(f"/api/v1/{path}", method=method, json={}, headers=reader).status_code == 403


def test_sync_delivers_reads_and_says_what_it_did(tenant: Flask, tables: TicketTables, api: dict[str, str]):
    """The answer comes when it is done."""
    ticket_id = create(tenant, api)
    client = tenant.test_client()
    first = client.post("/api/v1/sync", headers=api).get_json()
    assert (first["ran"], first["error"]) == (True, None)
    tables.change("CHG0030001", state="-4")
    assert client.post("/api/v1/sync", headers=api).get_json()["changed"] == 1
    state = client.get(f"/api/v1/tickets/{ticket_id}", headers=api).get_json()["state"]
    assert state == {"value": "-4", "label": "Assess"}

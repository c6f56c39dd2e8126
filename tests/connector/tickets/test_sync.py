"""The states as the instance has them, read by delta."""

import pytest
from faults.fault_server import answering
from faults.ticket_tables import TicketTables
from flask import Flask
from flask.testing import FlaskClient
from tenant_flows import provision
from ticket_flows import create, deliver, read_states, ticket_of
from ticketlab.connector.tickets import Board, StateNames, Sync
from ticketlab.connector.tickets import sync as sync_module
from ticketlab.shared.ticket import TicketKind
from ticketlab.shared.web.parts import part_of


@pytest.fixture
def sent(tenant: Flask, api: dict[str, str]) -> str:
    """The id of a ticket that is at the instance as CHG0030001."""
    ticket_id = create(tenant, api)
    deliver(tenant)
    read_states(tenant)
    return ticket_id


def test_state_changed_in_servicenow_is_the_tickets_state(tenant: Flask, tables: TicketTables, sent: str):
    """And only what changed is asked for: everything since the newest update seen, less an overlap."""
    tables.change("CHG0030001", state="-4")
    tables.queries.clear()
    assert read_states(tenant) == 1
    assert ticket_of(tenant, sent).state == "-4"
    assert "sys_updated_on>=2026-11-23 11:59:55" in tables.queries[0]


def test_round_without_news_changes_nothing(tenant: Flask, tables: TicketTables, sent: str):
    """The overlap brings known versions again; they are no news."""
    assert read_states(tenant) == 0


@pytest.mark.attack("U12")
def test_u12_older_version_that_arrives_late_does_not_undo_a_newer_one(tenant: Flask, tables: TicketTables, sent: str):
    """The instance's own version decides, not the order of arrival."""
    tables.change("CHG0030001", state="-1")
    read_states(tenant)
    tables.find("CHG0030001").update(state="-4", sys_mod_count="0")
    read_states(tenant)
    assert ticket_of(tenant, sent).state == "-1"


@pytest.mark.attack("U09")
def test_u09_ticket_deleted_in_servicenow_says_so_and_keeps_its_history(
    tenant: Flask, browser: FlaskClient, tables: TicketTables, sent: str
):
    """Its link is gone, what was known of it stays; should it be visible again, so is its state."""
    deleted = dict(tables.find("CHG0030001"))
    tables.delete("CHG0030001")
    assert read_states(tenant) == 1
    page = browser.get(f"/tickets/{sent}").text
    assert "ServiceNow no longer shows this ticket" in page
    assert "Open in ServiceNow" not in page
    assert part_of(tenant, Board).of(TicketKind.CHANGE).missing == 1
    tables.rows["x_mioms_m365ticket_change_request"].append(deleted)
    read_states(tenant)
    assert "Open in ServiceNow" in browser.get(f"/tickets/{sent}").text


@pytest.mark.attack("U15")
def test_u15_state_that_nobody_knows_is_shown_as_it_is(
    tenant: Flask, browser: FlaskClient, tables: TicketTables, sent: str
):
    """A customised choice: no crash, the raw value, and a name can be given to it."""
    tables.change("CHG0030001", state="42")
    read_states(tenant)
    assert "<td>42</td>" not in browser.get("/tickets").text
    assert '<span class="tag">42</span>' in browser.get("/tickets").text
    assert "42" in [state.value for state in part_of(tenant, StateNames).of(TicketKind.CHANGE)]


def test_unreadable_record_does_not_hide_the_others(
    tenant: Flask, tables: TicketTables, api: dict[str, str], sent: str
):
    """One row of another shape is passed over."""
    tables.rows["x_mioms_m365ticket_change_request"].insert(
        0, {"sys_id": "odd", "number": "", "state": "", "sys_updated_on": "2030-01-01 00:00:00", "correlation_id": "x"}
    )
    tables.change("CHG0030001", state="3")
    read_states(tenant)
    assert ticket_of(tenant, sent).state == "3"


def test_more_changes_than_fit_a_page_are_all_read(
    tenant: Flask, tables: TicketTables, api: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    """Pages begin where the last one ended by time, so that nothing is skipped; many may share one second."""
    monkeypatch.setattr(sync_module, "PAGE", 2)
    ids = [create(tenant, api, name=f"Ticket {number}") for number in range(7)]
    deliver(tenant)
    for number in range(1, 8):
        tables.change(f"CHG003{number:04d}", state="-1")
    for record in tables.all()[:5]:
        record["sys_updated_on"] = "2026-11-23 12:30:00"
    read_states(tenant)
    assert {ticket_of(tenant, each).state for each in ids} == {"-1"}


def test_failed_round_says_why_and_the_next_one_makes_up_for_it(tenant: Flask, tables: TicketTables, sent: str):
    """The watermark moves only when a round succeeded."""
    tables.change("CHG0030001", state="0")
    tables.reading_faults += [answering(503, "down", "text/plain")] * 8
    assert "503" in part_of(tenant, Sync).run(force=True).error
    tables.reading_faults.clear()
    read_states(tenant)
    assert ticket_of(tenant, sent).state == "0"
    assert part_of(tenant, Sync).error() == ""


def test_processes_take_turns(tenant: Flask, tables: TicketTables, sent: str):
    """Within the interval a second reading does nothing, unless somebody asks for it."""
    assert not part_of(tenant, Sync).run().ran
    assert part_of(tenant, Sync).run(force=True).ran


def test_nothing_is_read_while_the_connection_is_not_authorised(tenant: Flask, tables: TicketTables):
    """There is nobody to ask as."""
    provision(tenant)
    assert not part_of(tenant, Sync).run(force=True).ran
    assert tables.queries == []


def test_renamed_state_shows_by_its_new_name_everywhere(
    tenant: Flask, browser: FlaskClient, api: dict[str, str], sent: str
):
    """Card, list and API call it as the tenant's people do; an empty name gives ServiceNow's own back."""
    client = tenant.test_client()
    answer = client.put("/api/v1/ticket-states", json={"change": {"-5": "Freshly opened"}}, headers=api)
    assert {"value": "-5", "label": "Freshly opened", "default": "New"} in answer.get_json()["change"]
    assert "Freshly opened" in browser.get("/").text
    assert "Freshly opened" in browser.get("/tickets").text
    assert client.get(f"/api/v1/tickets/{sent}", headers=api).get_json()["state"]["label"] == "Freshly opened"
    client.put("/api/v1/ticket-states", json={"change": {"-5": ""}}, headers=api)
    assert "Freshly opened" not in browser.get("/").text

"""The tickets' pages: the form of a new one, its page, the list, the configuration."""

import re
from datetime import timedelta

import pytest
from faults.ticket_tables import TicketTables, refusing
from flask import Flask
from flask.testing import FlaskClient
from tenant_flows import provision, signed_in, status_of
from ticket_flows import create, deliver, form, read_states, waiting
from ticketlab.connector.testing import READER, csrf_token, set_clock
from ticketlab.shared.clock import ClockSetting


def only_ticket(tenant: Flask) -> str:
    (item,) = waiting(tenant)
    return item.ticket_id


def test_form_from_an_improvement_action_is_filled_in(browser: FlaskClient):
    """Name, description, priority and due date are proposed; source and category follow from the action."""
    text = browser.get("/tickets/new?control=scid_2004").text
    assert 'value="Turn on real-time protection of the antivirus"' in text
    assert "1. Open the recommendation in Microsoft Defender" in text
    assert re.search(r'<option value="2" selected>', text)
    assert re.search(r'name="due_date" type="date" value="\d{4}-\d\d-\d\d"', text)
    assert "Microsoft recommendation" in text
    assert "<dd>Devices</dd>" in text, "Graph says Device where a ticket says Devices"


def test_ticket_from_an_improvement_action_is_a_microsoft_recommendation(
    tenant: Flask, browser: FlaskClient, tables: TicketTables
):
    """Of the action's category, and it stands on the action's page."""
    answer = browser.post("/tickets/new", data=form(browser, "/tickets/new?control=scid_2004"))
    assert answer.status_code == 303, answer.text
    deliver(tenant)
    assert tables.bodies[0]["recommendation_source"] == "microsoft"
    assert tables.bodies[0]["recommendation_category"] == "devices"
    assert "CHG0030001" in browser.get("/securescore/scid_2004").text


def test_ticket_from_a_card_is_a_user_recommendation_of_the_category_chosen(
    tenant: Flask, browser: FlaskClient, tables: TicketTables
):
    """The card's kind is proposed."""
    assert re.search(r'value="incident" required checked', browser.get("/tickets/new?kind=incident").text)
    browser.post("/tickets/new", data=form(browser, kind="incident", recommendation_category="apps"))
    deliver(tenant)
    assert tables.bodies[0]["recommendation_source"] == "user"
    assert tables.bodies[0]["recommendation_category"] == "apps"
    assert tables.all()[0]["number"].startswith("INC")


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": " "}, "name", "Enter a name."),
        ({"description": ""}, "description", "Enter a description."),
        ({"name": "x" * 161}, "name", "Use at most 160 characters."),
        ({"description": "nul \0"}, "description", "This contains characters that cannot be stored."),
        ({"priority": ""}, "priority", "Choose a priority."),
        ({"priority": "9"}, "priority", "Choose a priority."),
        ({"due_date": ""}, "due_date", "Enter a due date."),
        ({"due_date": "31.1.2030"}, "due_date", "Enter a due date, as year-month-day."),
        ({"due_date": "2020-01-01"}, "due_date", "The due date must not be in the past."),
        ({"due_date": "9999-12-31"}, "due_date", "The due date is too far away."),
        ({"recommendation_category": ""}, "recommendation_category", "Choose one of the five categories."),
        ({"kind": "problem"}, "kind", "Choose change or incident."),
    ],
)
def test_wrong_value_is_said_beside_its_field_and_nothing_typed_is_lost(
    changes: dict[str, str], field: str, sentence: str, tenant: Flask, browser: FlaskClient
):
    """Checked on the server; the error is tied to the field for a screen reader."""
    typed = form(browser, name="Typed by hand", description="Also typed")
    answer = browser.post("/tickets/new", data={**typed, **changes})
    assert answer.status_code == 422
    assert f'<p class="error" id="{field}-error">{sentence}</p>' in answer.text
    assert re.search(rf'aria-describedby="{field}-error', answer.text)
    assert "Typed by hand" in answer.text or "name" in changes
    assert "Also typed" in answer.text or "description" in changes
    assert waiting(tenant) == []


def test_all_wrong_values_are_said_at_once(browser: FlaskClient):
    """Nobody mends a form one error at a time."""
    wrong = form(browser, name="", description="", due_date="2020-01-01", recommendation_category="")
    answer = browser.post("/tickets/new", data=wrong)
    assert answer.text.count('<p class="error"') == 4


def test_due_date_is_judged_by_the_tenants_clock(tenant: Flask, browser: FlaskClient):
    """With the clock moved past it, a date lies in the past."""
    set_clock(tenant, ClockSetting(offset=timedelta(days=365 * 10)))
    client = signed_in(tenant)
    assert "must not be in the past" in client.post("/tickets/new", data=form(client)).text


def test_form_sent_twice_is_one_ticket(tenant: Flask, browser: FlaskClient):
    """A double click, or the browser's own repetition."""
    typed = form(browser)
    places = {browser.post("/tickets/new", data=typed).location for _ in range(3)}
    assert len(places) == len(waiting(tenant)) == 1


def test_form_sent_again_with_another_content_asks_first(tenant: Flask, browser: FlaskClient):
    """Back, edit, send: it says that the first became a ticket, keeps what was typed, and may be sent anew."""
    typed = form(browser)
    browser.post("/tickets/new", data=typed)
    answer = browser.post("/tickets/new", data={**typed, "name": "Edited"})
    assert answer.status_code == 409
    assert 'value="Edited"' in answer.text
    assert "This form was sent before" in answer.text
    assert len(waiting(tenant)) == 1


def test_reader_sees_tickets_and_is_refused_when_forcing(tenant: Flask, tables: TicketTables, api: dict[str, str]):
    """No buttons, and 403 for what they would do."""
    ticket_id = create(tenant, api)
    deliver(tenant)
    client = signed_in(tenant, READER)
    assert "Close the old gateway" in client.get("/tickets").text
    assert "/tickets/new" not in client.get("/tickets").text + client.get("/").text
    configuration = client.get("/ticketConfiguration").text
    assert "/ticketProvisioning?change=1" not in configuration
    assert configuration.count('readonly="readonly"') == configuration.count("<input id=") > 10
    token = csrf_token(client, "/tickets")
    for path in ("/tickets/new", f"/tickets/{ticket_id}/retry", "/ticketConfiguration", "/ticketConfiguration/remove"):
        assert client.post(path, data={"csrf_token": token}).status_code == 403, path
    assert client.get("/tickets/new").status_code == 403
    assert status_of(tenant).connected


def test_ticket_page_shows_that_it_is_being_sent_and_then_its_number(
    tenant: Flask, browser: FlaskClient, tables: TicketTables, api: dict[str, str]
):
    """Until it is there the page renews itself, by script or without."""
    ticket_id = create(tenant, api)
    page = browser.get(f"/tickets/{ticket_id}").text
    assert "Sending…" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "data-settled" not in browser.get(f"/tickets/{ticket_id}/status").text
    deliver(tenant)
    assert "CHG0030001" in browser.get(f"/tickets/{ticket_id}/status").text
    assert "data-settled" in browser.get(f"/tickets/{ticket_id}/status").text
    page = browser.get(f"/tickets/{ticket_id}").text
    assert "http-equiv" not in page
    assert re.search(r"<dt>Created</dt><dd>[^<]* UTC</dd>", page), "a time says in which zone it is"


def test_refused_ticket_shows_servicenows_own_sentence_and_retry_now(
    tenant: Flask, browser: FlaskClient, tables: TicketTables, api: dict[str, str]
):
    """Retry now delivers it once the cause is gone."""
    tables.faults += [refusing(403, "Operation Failed", "Data Policy Exception: Short description is mandatory")]
    ticket_id = create(tenant, api)
    deliver(tenant)
    page = browser.get(f"/tickets/{ticket_id}").text
    assert "Operation Failed: Data Policy Exception: Short description is mandatory" in page
    assert "Retry now" in page
    browser.post(f"/tickets/{ticket_id}/retry", data={"csrf_token": csrf_token(browser, f"/tickets/{ticket_id}")})
    deliver(tenant)
    assert "CHG0030001" in browser.get(f"/tickets/{ticket_id}").text


def test_list_is_narrowed_by_kind_state_and_words(
    tenant: Flask, browser: FlaskClient, tables: TicketTables, api: dict[str, str]
):
    """And each number opens the ticket in ServiceNow."""
    for kind, name in [("change", "Alpha change"), ("incident", "Beta incident"), ("change", "Gamma 100% change")]:
        create(tenant, api, kind=kind, name=name)
    deliver(tenant)
    tables.change(
        next(row["number"] for row in tables.all() if row["short_description"].startswith("Gamma")), state="3"
    )
    read_states(tenant)
    shown = {
        query: set(re.findall(r"(Alpha|Beta|Gamma)", browser.get(f"/tickets?{query}").text))
        for query in (
            "",
            "kind=incident",
            "kind=change&state=3",
            "search=alpha",
            "search=100%25",
            "search=%25",
            "state=pending",
        )
    }
    assert shown == {
        "": {"Alpha", "Beta", "Gamma"},
        "kind=incident": {"Beta"},
        "kind=change&state=3": {"Gamma"},
        "search=alpha": {"Alpha"},
        "search=100%25": {"Gamma"},
        "search=%25": {"Gamma"},
        "state=pending": set(),
    }
    assert "nav_to.do?uri=x_mioms_m365ticket_incident.do%3Fsys_id%3D" in browser.get("/tickets").text


def test_long_list_goes_on_on_further_pages(tenant: Flask, browser: FlaskClient, api: dict[str, str]):
    """Newest first, each once."""
    for number in range(55):
        create(tenant, api, name=f"Number <{number:02}>")
    first = browser.get("/tickets").text
    following = re.search(r'href="(/tickets\?after=[^"]+)"', first)
    assert following is not None
    second = browser.get(following[1].replace("&amp;", "&")).text
    names = re.findall(r"Number &lt;(\d\d)&gt;", first) + re.findall(r"Number &lt;(\d\d)&gt;", second)
    assert names == [f"{number:02}" for number in reversed(range(55))]


def test_configuration_renames_a_state_and_takes_the_name_back(tenant: Flask, browser: FlaskClient):
    """The names of both kinds stand on one form; an empty one is ServiceNow's own."""
    names = {"change:-5": "Just in", "incident:6": "  Solved  "}
    token = {"csrf_token": csrf_token(browser, "/ticketConfiguration")}
    assert browser.post("/ticketConfiguration", data={**names, **token}).status_code == 303
    text = browser.get("/ticketConfiguration").text
    assert 'value="Just in"' in text
    assert 'value="Solved"' in text
    browser.post("/ticketConfiguration", data={"change:-5": "", **token})
    assert 'value="Just in"' not in browser.get("/ticketConfiguration").text
    answer = browser.post("/ticketConfiguration", data={"change:-5": "x" * 61, **token})
    assert answer.status_code == 422
    assert "x" * 61 in answer.text


def test_connection_is_removed_only_when_confirmed(tenant: Flask, browser: FlaskClient):
    """Removed: the card asks again whether you use ServiceNow."""
    token = {"csrf_token": csrf_token(browser, "/ticketConfiguration")}
    assert browser.post("/ticketConfiguration/remove", data=token).status_code == 422
    assert status_of(tenant).connected
    assert browser.post("/ticketConfiguration/remove", data={**token, "confirm": "yes"}).status_code == 303
    assert not status_of(tenant).configured
    assert "Do you use ServiceNow?" in browser.get("/").text


def test_form_says_when_the_ticket_will_have_to_wait(tenant: Flask):
    """Provisioned and not authorised: nothing leads here, and who comes anyway is told."""
    provision(tenant)
    assert "The ticket waits here until it is." in signed_in(tenant).get("/tickets/new").text


@pytest.mark.parametrize("path", ["/tickets/nope", "/tickets/new?control=nope", "/tickets?after=nope", "/tickets/%00"])
def test_what_does_not_exist_is_404(path: str, browser: FlaskClient):
    """Never a server error."""
    assert browser.get(path).status_code == 404

"""The home page and its cards, in the three states of the connection."""

import re

import pytest
from faults.fake_instance import FakeInstance
from faults.fault_server import silent
from faults.ticket_tables import TicketTables
from flask import Flask
from tenant_flows import connect, provision, signed_in
from ticket_flows import create, deliver, read_states
from ticketlab.connector.testing import READER, bearer, csrf_token

CARDS = ("Change management", "Incident management")


@pytest.fixture
def tables(instance: FakeInstance) -> TicketTables:
    made = TicketTables()
    made.install(instance)
    return made


def test_home_shows_secure_score_and_top_actions(tenant: Flask):
    """Whatever the connection's state."""
    text = signed_in(tenant).get("/").text
    assert "Microsoft Secure Score" in text
    assert text.count("/securescore/") >= 5


def test_home_of_a_tenant_that_is_not_configured_asks_whether_you_use_servicenow(tenant: Flask):
    """The card leads to the set-up page; there are no ticket cards."""
    text = signed_in(tenant).get("/").text
    assert "Do you use ServiceNow?" in text
    assert '<a class="button primary" href="/ticketProvisioning">Connect to ServiceNow</a>' in text
    assert not any(card in text for card in CARDS)


def test_home_of_a_provisioned_tenant_without_authorisation_has_no_ticket_cards(tenant: Flask):
    """A notice leads to the status page instead (case installed-but-no-cards)."""
    provision(tenant)
    text = signed_in(tenant).get("/").text
    assert "ServiceNow is not authorized." in text
    assert "/ticketProvisioning" in text
    assert "Do you use ServiceNow?" not in text
    assert not any(card in text for card in CARDS)
    assert "Manage ServiceNow configuration" not in text


def test_home_of_a_connected_tenant_has_both_cards_with_three_ways_on(tenant: Flask, tables: TicketTables):
    """Create a ticket, view all tickets, manage the configuration (security-center, D)."""
    text = connect(tenant).get("/").text
    for card, kind in zip(CARDS, ("change", "incident"), strict=True):
        shown = text.partition(f'id="{kind}-card"')[2].partition("</section>")[0]
        assert card in shown
        for way in ("Create a ticket", "View all tickets", "Manage ServiceNow configuration"):
            assert way in shown
    assert "Do you use ServiceNow?" not in text


def counts(text: str, kind: str) -> dict[str, int]:
    """What a card says: tickets by state."""
    card = text.partition(f'id="{kind}-card"')[2].partition("</section>")[0]
    rows = re.findall(
        r'<th scope="row">(?:<a [^>]*>)?([^<]+)(?:</a>)?</th>.*?<td class="number">(\d+)</td>', card, re.DOTALL
    )
    return {label: int(count) for label, count in rows if int(count)}


def test_cards_count_tickets_by_state_and_list_the_newest(tenant: Flask, tables: TicketTables):
    """Also what is being sent."""
    client = connect(tenant)
    api = bearer(tenant.test_client())
    for number in range(6):
        create(tenant, api, name=f"Change {number}")
    create(tenant, api, kind="incident", name="An incident")
    deliver(tenant)
    tables.change("CHG0030001", state="-1")
    read_states(tenant)
    create(tenant, api, name="On its way")
    text = client.get("/cards").text
    assert counts(text, "change") == {"New": 5, "Implement": 1, "Being sent": 1}
    assert counts(text, "incident") == {"New": 1}
    card = text.partition('id="change-card"')[2].partition("</section>")[0]
    assert re.findall(r">(Change \d|On its way)</a>", card)[:2] == ["On its way", "Change 5"]
    assert len(re.findall(r">(Change \d|On its way)</a>", card)) == 5


def test_cards_say_how_old_they_are_and_refresh_reads_anew(tenant: Flask, tables: TicketTables):
    """Refresh is a button of the page, and works without a script."""
    client = connect(tenant)
    create(tenant, bearer(tenant.test_client()))
    deliver(tenant)
    assert "not read from ServiceNow yet" in client.get("/").text
    tables.change("CHG0030001", state="3")
    answer = client.post("/tickets/refresh", data={"csrf_token": csrf_token(client, "/")})
    assert answer.status_code == 303
    text = client.get("/").text
    assert re.search(r"updated \d+ s ago", text)
    assert counts(text, "change") == {"Closed": 1}


def test_cards_are_a_fragment_that_the_open_page_fetches(tenant: Flask, tables: TicketTables):
    """Every two seconds by script; without one the page renews itself."""
    client = connect(tenant)
    page, fragment = client.get("/").text, client.get("/cards").text
    assert 'data-live="/cards" data-every="2000"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "<html" not in fragment
    assert re.findall(r'^<(?:section|div)[^>]* id="([\w-]+)"', fragment, re.MULTILINE) == [
        "change-card",
        "incident-card",
        "freshness",
    ]


@pytest.mark.attack("U10")
def test_u10_page_asks_the_instance_nothing(tenant: Flask, instance: FakeInstance, tables: TicketTables):
    """However slow the instance is, the page is not: it shows what is known."""
    client = connect(tenant)
    assert instance.server is not None
    instance.overrides = dict.fromkeys(instance.overrides, silent(30))
    heard = len(instance.server.heard)
    for path in ("/", "/cards", "/tickets", "/securescore", "/securescore/AdminMFAV2", "/ticketConfiguration"):
        assert client.get(path).status_code == 200
    assert len(instance.server.heard) == heard


def test_reader_sees_the_cards_and_creates_nothing(tenant: Flask, tables: TicketTables):
    """The cards without their button."""
    connect(tenant)
    text = signed_in(tenant, READER).get("/").text
    assert all(card in text for card in CARDS)
    assert "Create a ticket" not in text


@pytest.mark.parametrize("path", ["/", "/cards", "/tickets", "/tickets/new", "/securescore", "/ticketConfiguration"])
def test_stranger_is_led_to_the_sign_in_page(path: str, tenant: Flask):
    """And back afterwards."""
    answer = tenant.test_client().get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/signin")


@pytest.mark.attack("C11")
@pytest.mark.parametrize(
    "path", ["/", "/securescore", "/securescore?tab=actions", "/securescore/AdminMFAV2", "/tickets"]
)
def test_c11_pages_hold_no_inline_style_and_no_inline_script(path: str, tenant: Flask, tables: TicketTables):
    """The content security policy would not let them work."""
    text = connect(tenant).get(path).text
    assert " style=" not in text
    assert re.findall(r"<script(?![^>]* src=)", text) == []
    assert re.findall(r" on\w+=", text) == []

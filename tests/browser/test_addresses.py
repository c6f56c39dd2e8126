"""The browser's address is let in and Microsoft's is not: met and cured in the pages."""

from collections.abc import Iterator

import pytest
from browser_steps import Person
from patience import HANGING
from playwright.sync_api import expect
from servers import RunningPair
from ticketlab.shared.command.options import PairOptions
from ticketlab.shared.command.pair import Pair

pytestmark = pytest.mark.browser

MICROSOFT = "127.0.0.2"
REFUSED = "403 Forbidden"
SENTENCE = f"Access restricted ({MICROSOFT} not authorized)"


@pytest.fixture
def pair(tmp_path) -> Iterator[RunningPair]:
    """A pair whose tenant calls from an address of its own."""
    options = PairOptions(connector_address=MICROSOFT).on_free_ports(tmp_path)
    with Pair(options) as started:
        started.start()
        started.wait_until_ready(seconds=HANGING)
        yield RunningPair(started.emulator.url, started.connector.url, started)


@pytest.mark.long
@pytest.mark.source("security-center.md, Troubleshooting", "D")
def test_a_rule_stops_the_connector_and_not_the_browser_until_it_is_allowed(person: Person):
    """Case ip-filtering: the page works, the connection fails with 403, an allow rule for Microsoft's range cures."""
    page = person.page
    person.log_in_to_instance()
    made = person.run_checklist()
    add_rule(person, "Deny", "127.0.0.1")
    expect(page.get_by_role("alert")).to_contain_text("This would lock you out: you come from 127.0.0.1")
    add_rule(person, "Deny", MICROSOFT)
    expect(page.get_by_role("cell", name=MICROSOFT).first).to_be_visible()

    person.sign_in_to_tenant()
    person.provision(made)
    person.allow_as(made)
    status = page.get_by_role("region", name="Connection status")
    expect(status).to_contain_text("not authorized", ignore_case=True)
    expect(page.locator("main")).to_contain_text(REFUSED)
    expect(page.locator("main")).to_contain_text(SENTENCE)

    person.log_in_to_instance()
    add_rule(person, "Allow", "127.0.0.0", "127.255.255.255")
    page.goto(f"{person.tenant}/ticketProvisioning")
    page.get_by_role("button", name="Authorize").first.click()
    person.allow_as(made)
    person.both_sides_say_connected(made.user)

    person.log_in_to_instance()
    page.goto(f"{person.instance}/ip_access_list.do?sysparm_query=type=allow")
    page.get_by_role("link", name="127.0.0.0", exact=True).click()
    page.get_by_label("Active").uncheck()
    page.get_by_role("button", name="Update").first.click()
    page.goto(f"{person.tenant}/tickets/new?kind=incident")
    person.fill_ticket("Sent from an address that is not let in")
    page.get_by_role("button", name="Send to ServiceNow").click()
    expect(page.locator("main")).to_contain_text(SENTENCE)
    expect(page.locator("main")).to_contain_text(REFUSED)
    page.goto(f"{person.tenant}/ticketProvisioning")
    expect(status).to_contain_text("Calls to ServiceNow fail at present")
    expect(status).to_contain_text(SENTENCE)


def add_rule(person: Person, kind: str, start: str, end: str = "") -> None:
    """System Security > IP Address Access Control > New."""
    page = person.page
    person.open_instance("/")
    person.menu("System Security", "IP Address Access Control")
    page.get_by_role("link", name="New", exact=True).click()
    page.get_by_label("Type").select_option(label=kind)
    page.get_by_label("Range Start").fill(start)
    page.get_by_label("Range End").fill(end or start)
    page.get_by_role("button", name="Submit").first.click()

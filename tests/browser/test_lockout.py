"""Locked out by wrong passwords, and let in again: a person, and the connection that hangs on the same user."""

import pytest
from browser_steps import Person
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.long]

TRIES = 5
REFUSED = "User name or password invalid. Please try again"


@pytest.mark.source("platform 1.2", "D")
def test_the_integration_user_is_locked_out_and_unlocked_and_its_ticket_waits_meanwhile(person: Person) -> None:
    """Five wrong passwords: the right one is refused then, and the ticket waits, until Locked out is unticked."""
    page = person.page
    made = person.connect()

    person.open_instance("/logout.do")
    for _ in range(TRIES):
        person.log_in_to_instance(made.user, "not-the-password")
        expect(page.get_by_role("alert")).to_have_text(REFUSED)
    person.log_in_to_instance(made.user, made.password)
    expect(page.get_by_role("alert")).to_have_text(REFUSED)

    page.goto(f"{person.tenant}/tickets/new?kind=incident")
    person.fill_ticket("Sent while the integration user is locked out")
    page.get_by_role("button", name="Send to ServiceNow").click()
    expect(page.locator("#delivery")).to_be_visible()
    ticket = page.url
    person.see_the_connection_say("does not renew the authorization")
    page.goto(ticket)
    expect(page.locator("#delivery")).to_contain_text("Nothing is lost. It will be tried again.")

    person.log_in_to_instance()
    person.open_user(made.user)
    expect(page.get_by_label("Locked out")).to_be_checked()
    page.get_by_label("Locked out").uncheck()
    page.get_by_role("button", name="Update").first.click()

    page.goto(f"{person.tenant}/ticketProvisioning")
    page.get_by_role("button", name="Authorize").first.click()
    person.allow_as(made)
    person.both_sides_say_connected(made.user)
    page.goto(ticket)
    expect(page.locator("#delivery strong.number")).to_have_text("INC0010001")

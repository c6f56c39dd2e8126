"""Installing the app and taking access away, clicked by an administrator."""

from pathlib import Path

import pytest
from browser_steps import CHECKLIST, Person
from playwright.sync_api import BrowserContext, expect
from servers import RunningPair

pytestmark = pytest.mark.browser


def at_instance(context: BrowserContext, url: str) -> Person:
    """Somebody in front of an instance alone."""
    return Person(context.new_page(), RunningPair(url, "", None))  # type: ignore[arg-type]  # there is no tenant


def install(person: Person, user: str = "hi.admin", password: str = "hi-demo") -> None:
    page = person.page
    person.open_instance("/")
    person.menu("System Applications", "All Available Applications")
    page.get_by_label("Version").select_option("1.0.3")
    page.get_by_label("HI user name").fill(user)
    page.get_by_label("HI password").fill(password)
    page.get_by_role("button", name="Install").click()


@pytest.mark.long
@pytest.mark.source("security-center.md, Prerequisites", "D")
def test_jakarta_refuses_the_app_and_kingston_installs_it(context, instance_server, tmp_path: Path):
    """Cases release-too-old and no-hi-credentials: the same instance, upgraded; then the right credentials."""
    data = tmp_path / "one-instance"
    jakarta = instance_server(release="jakarta", data=data)
    person = at_instance(context, jakarta.url)
    person.log_in_to_instance()
    person.open_instance(CHECKLIST)
    expect(person.page.get_by_role("alert")).to_have_text("The app is not installed on this instance.")
    install(person)
    expect(person.page.get_by_role("alert")).to_contain_text("requires Kingston or later. This instance runs Jakarta.")
    jakarta.stop()

    kingston = instance_server(release="kingston", data=data)
    person = at_instance(context, kingston.url)
    person.log_in_to_instance()
    install(person, password="not-mine")
    expect(person.page.get_by_role("alert")).to_contain_text("The HI credentials are not accepted")
    install(person)
    expect(person.page.get_by_text("The application was installed.")).to_be_visible()
    person.run_checklist()


@pytest.mark.source("security-center.md, Prerequisites", "D")
def test_somebody_who_is_no_admin_does_not_get_at_the_store(person, pair):
    """Neither in the menu nor by its address."""
    pair.lab(pair.emulator_url, "users", {"user_name": "itil.user", "password": "x-y-z-1", "roles": ["itil"]})
    person.log_in_to_instance("itil.user", "x-y-z-1")
    expect(person.page.locator("nav").get_by_role("link", name="All Available Applications")).to_have_count(0)
    person.open_instance("/app_store.do")
    expect(person.page.get_by_role("alert")).to_have_text("Security constraints prevent access to requested page")


@pytest.mark.long
@pytest.mark.source("platform 1.5", "D")
def test_a_connection_revoked_under_manage_tokens_is_authorized_again(person):
    """Case token-revoked: both sides say so, and Authorize reconnects."""
    page = person.page
    made = person.connect()
    person.both_sides_say_connected(made.user)

    person.log_in_to_instance()
    person.menu("System OAuth", "Manage Tokens")
    page.get_by_role("row", name="Refresh Token").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The token was revoked.")).to_be_visible()
    person.open_instance(CHECKLIST)
    expect(person.step(3)).to_contain_text("Revoked")

    page.goto(f"{person.tenant}/tickets/new?kind=incident")
    person.fill_ticket("Sent after the connection was revoked")
    page.get_by_role("button", name="Send to ServiceNow").click()
    expect(page.locator("#delivery")).to_be_visible()
    person.see_the_connection_say("does not renew the authorization")
    page.get_by_role("button", name="Authorize").first.click()
    person.allow_as(made)
    person.both_sides_say_connected(made.user)

"""What a phone shows, and what a table keeps on an ordinary screen."""

from browser_steps import Person
from examiner import PHONE
from playwright.sync_api import expect


def test_the_whole_navigation_of_the_tenant_fits_a_phone(person: Person) -> None:
    """Whoever cannot see the connection's entry does not find the way back to it."""
    page = person.page
    person.sign_in_to_tenant()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a TypedDict of just this
    entries = page.get_by_role("navigation").get_by_role("link").all()
    assert len(entries) > 3
    for entry in entries:
        expect(entry).to_be_in_viewport(ratio=1)


def test_no_column_of_the_tickets_is_cut_off(person: Person) -> None:
    page = person.page
    person.connect()
    page.goto(f"{person.tenant}/tickets/new?kind=incident")
    person.fill_ticket("A phishing mail that many people have opened")
    person.send_ticket()
    page.goto(f"{person.tenant}/tickets")
    table = page.get_by_role("table", name="Tickets")
    assert table.evaluate("each => each.scrollWidth <= each.parentElement.clientWidth")

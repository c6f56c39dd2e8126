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


def test_a_long_text_in_a_list_has_room(person: Person) -> None:
    """Beside long words a browser would give it the width of its own longest, and a row of the list ten lines."""
    person.log_in_to_instance()
    person.open_instance("/sys_properties_list.do")
    descriptions = person.page.locator('td[data-label="Description"]').all()
    long = [each for each in descriptions if len(each.inner_text()) > 60]
    assert long
    assert all(each.evaluate("each => each.offsetWidth >= 190") for each in long)


def test_the_state_of_a_ticket_stands_on_one_line(person: Person) -> None:
    """However long the ticket's name is that stands before it."""
    page = person.page
    person.connect()
    page.goto(f"{person.tenant}/tickets/new?kind=incident")
    person.fill_ticket("Protect the people who are imitated most")
    number = person.send_ticket()
    person.open_instance("/logout.do")
    person.log_in_to_instance()
    person.set_state(number, "In Progress")
    person.home()
    state = person.card("incident").locator(".rows .tag")
    expect(state).to_have_text("In Progress", timeout=7000)
    assert state.evaluate("each => each.offsetHeight < 1.5 * parseFloat(getComputedStyle(each).lineHeight)")

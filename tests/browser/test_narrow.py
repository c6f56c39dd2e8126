"""What a phone shows, and what a table keeps on an ordinary screen."""

from browser_steps import GLOBAL_ADMINISTRATOR, Person
from examiner import DESK, PHONE
from playwright.sync_api import Locator, Page, expect


def test_the_whole_navigation_of_the_tenant_fits_a_phone(person: Person) -> None:
    """Whoever cannot see the connection's entry does not find the way back to it."""
    page = person.page
    person.sign_in_to_tenant()
    page.wait_for_load_state()
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


def test_the_lists_of_the_story_fit_an_ordinary_screen(person: Person) -> None:
    """Eleven columns, the long name of the tickets' class in them: nobody looks for what stands beyond the edge."""
    person.connect()
    person.page.goto(f"{person.tenant}/tickets/new?kind=incident")
    person.fill_ticket("Require multi-factor authentication for administrative roles")
    person.send_ticket()
    person.open_instance("/logout.do")
    person.log_in_to_instance()
    for table in ("incident", "change_request", "x_mioms_m365ticket_incident", "oauth_entity", "sys_dictionary"):
        person.open_instance(f"/{table}_list.do")
        assert too_wide(person.page, ".table-frame") == [], table


def test_no_label_of_the_secure_score_is_broken_within_a_word(person: Person) -> None:
    page = person.page
    person.sign_in_to_tenant()
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a TypedDict of just this
        page.goto(f"{person.tenant}/securescore")
        labels = [each for each in page.locator(".bars th").all() if " " not in each.inner_text().strip()]
        assert len(labels) >= 5
        for label in labels:
            assert lines_of(label) == 1, label.inner_text()


def test_an_address_breaks_before_its_domain_and_nowhere_else(person: Person) -> None:
    page = person.page
    person.connect()
    page.goto(f"{person.tenant}/tickets/new?kind=incident")
    person.fill_ticket("Require multi-factor authentication for administrative roles")
    person.send_ticket()
    page.goto(f"{person.tenant}/tickets")
    assert lines_of(page.locator("td.address").first) <= 2


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
    expect(state).to_have_text("In Progress")
    assert state.evaluate("each => each.offsetHeight < 1.5 * parseFloat(getComputedStyle(each).lineHeight)")


def test_a_word_without_end_is_broken(person: Person) -> None:
    """A ticket may be called anything: no page grows wider than the screen, no column runs into the next."""
    page = person.page
    person.connect()
    page.goto(f"{person.tenant}/tickets/new?kind=incident")
    person.fill_ticket("W" * 100)
    person.send_ticket()
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a TypedDict of just this
        assert too_wide(page, "html") == []
        page.goto(f"{person.tenant}/tickets")
        assert too_wide(page, ".scroll") == []
        page.get_by_role("link", name="WWW").first.click()
    person.open_instance("/logout.do")
    person.log_in_to_instance()
    page.set_viewport_size(DESK)  # type: ignore[arg-type]  # a TypedDict of just this
    person.open_instance("/incident_list.do?sysparm_group_by=short_description")
    assert too_wide(page, "td") == []


def test_no_column_of_the_directory_is_cut_off(person: Person) -> None:
    person.sign_in_to_tenant(GLOBAL_ADMINISTRATOR)
    person.page.goto(f"{person.tenant}/azureActiveDirectory/users")
    assert too_wide(person.page, ".scroll") == []


def lines_of(element: Locator) -> int:
    """On how many lines its text stands."""
    element.page.wait_for_load_state()
    lines: int = element.evaluate("""each => {
        const text = document.createRange();
        text.selectNodeContents(each);
        return new Set([...text.getClientRects()].filter(box => box.width > 0).map(box => Math.round(box.top))).size;
    }""")
    return lines


def too_wide(page: Page, selector: str) -> list[str]:
    """What holds more than it shows."""
    page.wait_for_load_state()  # a click waits for the page alone, which looks otherwise without its style sheet
    wide = "all => all.filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent.slice(0, 80))"
    found: list[str] = page.locator(selector).evaluate_all(wide)
    return found

"""What a person does on a form beyond its fields: files, comments, and what the activity stream then tells."""

import re
from pathlib import Path

import pytest
from browser_steps import Person
from playwright.sync_api import expect
from ticketlab.shared.clients.apis import InstanceApi

pytestmark = pytest.mark.browser

MEGABYTE = 1024 * 1024
BOTH = pytest.mark.parametrize(
    "scripts",
    [pytest.param(True, id="with scripts"), pytest.param(False, id="without scripts", marks=pytest.mark.long)],
    indirect=True,
)


def open_new_incident(person: Person) -> None:
    made = InstanceApi(person.instance).insert("incident", {"short_description": "Printer on fire"})
    person.log_in_to_instance()
    person.open_instance(f"/incident.do?sys_id={made['sys_id']}")


def attach(person: Person, content: bytes, file: Path, *others: Path) -> None:
    """The file with this content, and the others as they are."""
    file.write_bytes(content)
    page = person.page
    page.get_by_text("Attach files").click()
    page.get_by_label("Files", exact=True).set_input_files([file, *others])
    page.get_by_role("button", name="Attach", exact=True).click()


@BOTH
def test_a_file_is_attached_downloaded_and_removed(person: Person, tmp_path: Path) -> None:
    """A page among the files is saved, not opened."""
    page = person.page
    open_new_incident(person)
    (tmp_path / "notes.txt").write_bytes(b"x")
    attach(person, b"<script>alert(1)</script>", tmp_path / "plan.html", tmp_path / "notes.txt")
    expect(page.get_by_role("status")).to_contain_text("Attached to: INC")
    files = page.get_by_role("region", name="Attachments")
    with page.expect_download() as downloading:
        files.get_by_role("link", name="plan.html").click()
    assert downloading.value.suggested_filename == "plan.html"
    assert Path(downloading.value.path()).read_bytes() == b"<script>alert(1)</script>"
    page.get_by_role("button", name="Delete plan.html").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_contain_text("Removed a file from: INC")
    expect(page.get_by_role("link", name="plan.html")).to_have_count(0)
    expect(files.get_by_role("link", name="notes.txt")).to_be_visible()
    stream = page.get_by_role("region", name=re.compile("Activities"))
    expect(stream.get_by_role("listitem").filter(has_text="Attachment uploaded")).to_contain_text("notes.txt")


def test_a_file_that_is_too_large_is_told_above_the_form(person: Person, tmp_path: Path) -> None:
    """So large that the instance answers before it has read it; the browser shows the answer all the same."""
    records = InstanceApi(person.instance)
    limit = records.row("sys_properties", "name=com.glide.attachment.max_size")["sys_id"]
    records.update("sys_properties", limit, {"value": "1"})
    open_new_incident(person)
    attach(person, b"x" * 20 * MEGABYTE, tmp_path / "big.bin")
    expect(person.page.get_by_role("alert")).to_contain_text("it is larger than the allowed 1 MB")
    expect(person.page.get_by_role("combobox", name="State", exact=True)).to_be_visible()


@BOTH
def test_a_comment_and_a_change_appear_in_the_stream(person: Person) -> None:
    page = person.page
    open_new_incident(person)
    page.get_by_label("Additional comments").fill("We are on our way")
    page.get_by_role("combobox", name="State", exact=True).select_option(label="In Progress")
    page.get_by_role("button", name="Save").first.click()
    stream = page.get_by_role("region", name=re.compile("Activities"))
    expect(stream.get_by_role("listitem").filter(has_text="Additional comments")).to_contain_text("We are on our way")
    expect(stream.get_by_role("listitem").filter(has_text="Field changes")).to_contain_text("In Progress was New")
    expect(page.get_by_label("Additional comments")).to_have_value("")


def test_a_task_is_made_from_the_related_list_and_stands_in_it(person: Person) -> None:
    page = person.page
    person.log_in_to_instance()
    person.open_instance("/change_request.do?sysparm_query=number=CHG0000007")
    page.get_by_role("link", name="New in Change Tasks").click()
    expect(page.get_by_role("combobox", name="Change request")).to_have_value("CHG0000007")
    page.get_by_role("textbox", name="Short description").fill("Tell the users")
    page.get_by_role("button", name="Submit").first.click()
    expect(page.get_by_role("status")).to_contain_text("Created: CTASK")
    expect(page.get_by_role("heading", name="CHG0000007")).to_be_visible()
    tasks = page.get_by_role("region", name="Change Tasks")
    expect(tasks.get_by_role("row")).to_have_count(1 + 3)
    page.get_by_role("link", name="Open the list Change Tasks").click()
    expect(page.get_by_role("link", name="Change request = CHG0000007", exact=True)).to_be_visible()
    page.get_by_role("link", name="CTASK0000001").click()
    expect(page.get_by_role("heading", name="CTASK0000001")).to_be_visible()


def test_a_menu_closes_by_escape_and_by_a_click_elsewhere(person: Person) -> None:
    """Who opened it looks at the page again; by keyboard the focus goes back to what opened the menu."""
    page = person.page
    person.log_in_to_instance()
    person.sign_in_to_tenant()
    for address, menu in (
        (f"{person.instance}/home.do", page.locator("details.user-menu")),
        (f"{person.tenant}/securescore/AdminMFAV2", page.locator("details.menu")),
    ):
        page.goto(address)
        opener = menu.locator("summary")
        opener.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(menu).to_have_attribute("open", "")
        page.keyboard.press("Escape")
        expect(menu).not_to_have_attribute("open", "")
        expect(opener).to_be_focused()
        opener.click()
        expect(menu).to_have_attribute("open", "")
        page.get_by_role("heading", level=1).click()
        expect(menu).not_to_have_attribute("open", "")

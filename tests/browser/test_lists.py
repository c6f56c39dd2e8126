"""What a person does with a list: build its filter, group it, take it along as a file, arrange it to taste."""

import csv
import json
from pathlib import Path

import pytest
from browser_steps import Person
from defusedxml.ElementTree import parse
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

BOTH = pytest.mark.parametrize(
    "scripts",
    [pytest.param(True, id="with scripts"), pytest.param(False, id="without scripts", marks=pytest.mark.long)],
    indirect=True,
)


def open_incidents(person: Person, query: str = "") -> None:
    person.open_instance(f"/incident_list.do?sysparm_query={query}")


def add_condition(person: Person, field: str, join: str = "") -> None:
    """In the filter builder, which is open."""
    builder = person.page.get_by_role("form", name="Filter", exact=True)
    if join:
        builder.get_by_label("How the new condition joins").select_option(label=join)
    builder.get_by_label("Field of the new condition").select_option(label=field)
    press(person, "Add condition")


def column(person: Person, label: str) -> list[str]:
    """What stands in a column of the list."""
    return texts(person, f'table.list td[data-label="{label}"]')


def headers(person: Person) -> list[str]:
    return [
        each.rstrip(" \N{BLACK UP-POINTING TRIANGLE}\N{BLACK DOWN-POINTING TRIANGLE}")
        for each in texts(person, "table.list th")
    ]


@BOTH
def test_a_filter_is_built_of_and_and_or(person: Person) -> None:
    """Each step keeps what was built before; the words and the encoded query say what it became."""
    page = person.page
    person.log_in_to_instance()
    open_incidents(person)
    page.get_by_role("link", name="Show filter").click()
    add_condition(person, "Category")
    page.get_by_label("Value of Category").select_option(label="Network")
    add_condition(person, "Priority", join="AND")
    page.get_by_label("Value of Priority").select_option(label="1 - Critical")
    add_condition(person, "Short description", join="OR all of these")
    page.get_by_label("Value of Short description").fill("spreadsheet")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("form", name="Filter", exact=True)).to_have_count(0)
    words = page.get_by_role("navigation", name="Filter in words")
    for step in ("Category = Network", "Priority = 1 - Critical", "or all with Short description contains spreadsheet"):
        expect(words.get_by_role("link", name=step, exact=True)).to_be_visible()
    shown = [column(person, label) for label in ("Category", "Priority", "Short description")]
    found = list(zip(*shown, strict=True))
    assert any("spreadsheet" in text for _category, _priority, text in found)
    assert {row[:2] for row in found if "spreadsheet" not in row[2]} == {("Network", "1 - Critical")}
    page.get_by_role("link", name="Remove Priority = 1 - Critical").click()
    assert len(column(person, "Number")) > len(found)
    page.get_by_role("link", name="Show filter").click()
    expect(page.get_by_label("Encoded query")).to_have_value("category=network^NQshort_descriptionLIKEspreadsheet")


@BOTH
def test_a_list_is_grouped_and_a_group_opened(person: Person) -> None:
    page = person.page
    person.log_in_to_instance()
    open_incidents(person, "active=true")
    page.get_by_label("Group by").select_option(label="Priority")
    page.get_by_role("button", name="Group", exact=True).click()
    critical = page.get_by_role("row", name="1 - Critical")
    count = int(critical.get_by_role("cell").last.inner_text())
    critical.get_by_role("link").click()
    expect(page.get_by_role("link", name="Active = true", exact=True)).to_be_visible()
    assert column(person, "Priority") == ["1 - Critical"] * count


def test_a_list_is_taken_along_in_three_forms(person: Person) -> None:
    """All of what the query finds, under the list's name, each a file that a program reads."""
    page = person.page
    person.log_in_to_instance()
    open_incidents(person, "priority=1^ORDERBYnumber")
    numbers = column(person, "Number")
    for form, read in (("CSV", csv_numbers), ("JSON", json_numbers), ("XML", xml_numbers)):
        with page.expect_download() as downloading:
            page.get_by_role("link", name=form, exact=True).click()
        assert downloading.value.suggested_filename == f"incident.{form.lower()}"
        assert read(Path(downloading.value.path())) == numbers


def csv_numbers(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [row["number"] for row in csv.DictReader(lines)]


def json_numbers(file: Path) -> list[str]:
    return [record["number"] for record in json.loads(file.read_text(encoding="utf-8"))["records"]]


def xml_numbers(file: Path) -> list[str]:
    return [record.findtext("number") for record in parse(file).getroot()]


def test_columns_and_rows_stay_after_signing_in_again(person: Person) -> None:
    page = person.page
    person.log_in_to_instance()
    open_incidents(person)
    assert headers(person)[:3] == ["Number", "Task type", "Opened"]
    page.get_by_role("link", name="Choose columns").click()
    press(person, "Remove Opened")
    page.get_by_label("Available").select_option(value="urgency")
    press(person, "Add")
    for _ in range(len(column_names(person)) - 2):
        press(person, "Move Urgency up")
    press(person, "Save")
    page.get_by_role("combobox", name="Rows per page").select_option("50")
    press(person, "Show")
    person.open_instance("/logout.do")
    person.log_in_to_instance()
    open_incidents(person)
    assert headers(person)[:3] == ["Number", "Urgency", "Task type"]
    expect(page.get_by_role("combobox", name="Rows per page")).to_have_value("50")
    person.open_instance("/sys_db_object_list.do")
    expect(page.locator(".range")).to_contain_text("1 to 50 of")


def press(person: Person, button: str) -> None:
    """And wait for the next page, which may have the same button."""
    with person.page.expect_navigation():
        person.page.get_by_role("button", name=button, exact=True).click()


def column_names(person: Person) -> list[str]:
    """On the page that chooses columns."""
    return texts(person, "table.choice tbody th")


def texts(person: Person, selector: str) -> list[str]:
    """Of the whole page: after a click it may just have begun to come."""
    person.page.wait_for_load_state()
    return person.page.locator(selector).all_inner_texts()

"""A list as a file: CSV, JSON and XML, of what the one who asks may read."""

import csv
import io

import pytest
from defusedxml.ElementTree import fromstring
from people import Person, api, set_property
from ticketlab.emulator.pages.exports import harmless

LIST = "/incident_list.do?sysparm_query=priority=1^ORDERBYnumber"
BASIC = ("admin", "admin")


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


@pytest.mark.source("platform 6", "D")
def test_csv_holds_the_lists_columns_as_they_are_shown(looking):
    """Fields' names in the first line, every record of the query, whatever a page of the list holds."""
    answer = looking.client.get(f"{LIST}&CSV")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="incident.csv"')
    rows = rows_of(answer)
    assert next(iter(rows[0])) == "number"
    assert {row["priority"] for row in rows} == {"1 - Critical"}
    assert len(looking.client.get("/sys_db_object_list.do?CSV").text.splitlines()) > 60


def test_json_and_xml_hold_every_field_as_it_is_stored(looking):
    records = looking.client.get(f"{LIST}&JSONv2").json["records"]
    assert {record["priority"] for record in records} == {"1"}
    answer = looking.client.get(f"{LIST}&XML")
    assert answer.mimetype == "application/xml"
    root = fromstring(answer.text)
    assert [each.findtext("sys_id") for each in root] == [record["sys_id"] for record in records]
    caller = root[0].find("caller_id")
    assert caller.get("display_value")
    assert len(caller.text) == 32


def test_a_program_exports_with_credentials_and_needs_them(untouched):
    """Who says by a header who they are gets the file, or the API's refusal; others are led to the login."""
    client = untouched.test_client()
    assert len(rows_of(client.get(f"{LIST}&CSV", auth=BASIC))) == len(
        fromstring(client.get(f"{LIST}&XML", auth=BASIC).text)
    )
    assert client.get(f"{LIST}&CSV", auth=("admin", "wrong")).status_code == 401
    assert "/login.do" in client.get(f"{LIST}&XML").headers["Location"]
    assert client.get("/no_such_table_list.do?CSV", auth=BASIC).status_code == 400


@pytest.mark.attack("C15")
def test_c15_a_spreadsheet_computes_nothing_of_an_export(instance):
    """What begins like a formula gets a quote before it; the states of a change, which are negative, stay numbers."""
    for sign in "=+-@\t\r":
        api(instance, "POST", "/api/now/table/incident", {"short_description": f"{sign}cmd|' /C calc'!A0"})
    admin = Person(instance).log_in()
    rows = rows_of(admin.client.get("/incident_list.do?sysparm_query=short_descriptionLIKEcalc&CSV"))
    assert len(rows) == 6
    assert all(row["short_description"][0] == "'" for row in rows)
    assert [harmless(text) for text in ("-5", "-1.5", "12", "", "a=b", "-5+1")] == [
        "-5",
        "-1.5",
        "12",
        "",
        "a=b",
        "'-5+1",
    ]


@pytest.mark.attack("C15")
def test_c15_no_export_is_taken_for_a_page(looking):
    for processor in ("CSV", "JSONv2", "XML"):
        headers = looking.client.get(f"{LIST}&{processor}").headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Disposition"].startswith("attachment")
        assert "html" not in headers["Content-Type"]


@pytest.mark.parametrize(("limit", "rows"), [("2", 2), ("0", 0), ("many", 5), ("-1", 5)])
def test_a_property_limits_an_export(instance, limit, rows):
    """Nonsense counts as the default."""
    set_property(instance, "glide.ui.export.limit", limit)
    query = "numberIN" + ",".join(f"INC000000{number}" for number in range(1, 6))
    answer = Person(instance).log_in().client.get(f"/incident_list.do?sysparm_query={query}&CSV")
    assert len(rows_of(answer)) == rows


def test_a_property_leaves_formulas_alone(instance):
    set_property(instance, "glide.export.escape_formulas", "false")
    made = api(instance, "POST", "/api/now/table/incident", {"short_description": "=1+1"})
    answer = Person(instance).log_in().client.get(f"/incident_list.do?sysparm_query=sys_id={made['sys_id']}&CSV")
    assert rows_of(answer)[0]["short_description"] == "=1+1"

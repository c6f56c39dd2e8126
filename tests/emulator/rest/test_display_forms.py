"""What empty fields and numbers display, and a task's effective number, as recorded answers of instances have them."""

import pytest

RECORDED = pytest.mark.source("recorded tasks", "F")


def shown(api, **values):
    """The new incident as the API displays it, by each of the two ways."""
    sys_id = api.create("incident", **values)["sys_id"]
    true, everything = (
        api.get(f"incident/{sys_id}", sysparm_display_value=each).json["result"] for each in ("true", "all")
    )
    return true, everything


@RECORDED
@pytest.mark.parametrize("element", ["activity_due", "sla_due"])
def test_what_is_not_due_displays_unknown(api, element):
    """A moment of the type due_date; due_date itself is a plain date and time."""
    true, everything = shown(api)
    assert true[element] == "UNKNOWN"
    assert everything[element] == {"display_value": "UNKNOWN", "value": ""}
    assert true["due_date"] == ""


@pytest.mark.source("rest 3", "D")
def test_an_empty_choice_displays_an_empty_text(api):
    true, everything = shown(api)
    assert [true[each] for each in ("subcategory", "close_code", "hold_reason")] == ["", "", ""]
    assert everything["close_code"] == {"display_value": "", "value": ""}


@pytest.mark.source("rest 3", "D")
def test_what_displays_nothing_is_an_empty_element_of_xml(api):
    asked = {"sysparm_fields": "close_code", "sysparm_display_value": "true", "sysparm_query": "active=true"}
    answer = api.get("incident", sysparm_limit=1, headers={"Accept": "application/xml"}, **asked)
    assert "<close_code/>" in answer.text


@RECORDED
def test_an_integer_is_displayed_in_groups_and_read_so(api):
    true, everything = shown(api, calendar_stc="102197", business_stc="999")
    assert (true["calendar_stc"], true["business_stc"]) == ("102,197", "999")
    assert everything["calendar_stc"] == {"display_value": "102,197", "value": "102197"}
    given = {"calendar_stc": "28,800", "business_stc": "2,88"}
    made = api.send("POST", "incident", given, sysparm_input_display_value="true").json["result"]
    assert (made["calendar_stc"], made["business_stc"]) == ("28800", "")


@RECORDED
def test_a_tasks_effective_number_is_its_own_whatever_is_written(api):
    made = api.create("incident", task_effective_number="INC1")
    assert made["task_effective_number"] == made["number"]
    changed = api.send("PATCH", f"incident/{made['sys_id']}", {"task_effective_number": "INC1", "urgency": "1"})
    assert changed.json["result"]["task_effective_number"] == made["number"]


@RECORDED
def test_seeded_tasks_have_their_effective_number(api):
    rows = api.rows("task", sysparm_fields="number,task_effective_number", sysparm_limit=50)
    assert rows
    assert all(row["number"] == row["task_effective_number"] for row in rows)


@pytest.mark.source("ServiceNow CLI, Update a record", "D")
def test_an_incident_made_over_an_api_has_no_channel(api):
    """As in the recorded answers of 2020 and later; other tasks come by phone."""
    assert api.create("incident")["contact_type"] == ""
    assert api.create("problem")["contact_type"] == "phone"


@RECORDED
def test_a_journals_entry_has_no_fields_of_changes(api):
    api.create("incident", work_notes="noted")
    recorded = ["element", "element_id", "name", "sys_created_by", "sys_created_on", "sys_id", "sys_tags", "value"]
    assert all(sorted(row) == recorded for row in api.rows("sys_journal_field"))


@RECORDED
def test_the_change_api_has_the_internal_form_of_a_moment_in_the_users_zone(api, make_user):
    """Recorded under another format: 06/01/2022 04:12:43 beside 2022-01-06 04:12:43; empty of what is not due."""
    reader = make_user("itil")
    (user,) = api.rows("sys_user", sysparm_query=f"user_name={reader.auth[0]}", sysparm_fields="sys_id")
    api.send("PATCH", f"sys_user/{user['sys_id']}", {"date_format": "dd/MM/yyyy"})
    made = reader.open("/api/sn_chg_rest/change", "POST", json={"short_description": "x"}).json["result"]
    opened = made["opened_at"]
    day, month, rest = opened["display_value"].split("/")
    assert opened["display_value_internal"] == f"{rest[:4]}-{month}-{day}{rest[4:]}"
    assert made["sla_due"] == {"display_value": "UNKNOWN", "value": "", "display_value_internal": ""}

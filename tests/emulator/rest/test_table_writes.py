"""Creating, changing and deleting records over the Table API."""

import re

import pytest

HOST = "http://dev00001.service-now.com"


@pytest.mark.source("rest 2", "D")
@pytest.mark.parametrize(("version", "prefix"), [("", "now"), ("v1", "now/v1"), ("v2", "now/v2")])
def test_a_create_is_201_with_the_record_and_its_location(api, version, prefix):
    answer = api.open(f"/api/{prefix}/table/incident", "POST", json={"short_description": "x"})
    record = answer.json["result"]
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{HOST}/api/{prefix}/table/incident/{record['sys_id']}"
    assert re.fullmatch(r"INC00[0-9]{5}", record["number"])
    assert api.get(f"incident/{record['sys_id']}").json["result"]["short_description"] == "x"


@pytest.mark.source("platform 2.4", "C")
def test_an_empty_create_makes_a_record(api):
    """Mandatory fields of the dictionary are not enforced over REST."""
    assert api.send("POST", "incident", {}).status_code == 201
    assert api.send("POST", "incident", "").status_code == 201


@pytest.mark.source("rest 1", "D")
def test_the_vendors_own_curl_body_creates_a_record(api):
    answer = api.send("POST", "incident", "{'short_description':'Unable to connect','urgency':'2'}")
    assert answer.status_code == 201
    assert answer.json["result"]["urgency"] == "2"


def test_a_reference_is_known_by_a_name_with_a_caret_in_it(api):
    group = api.create("sys_user_group", name="R^D")["sys_id"]
    assert api.create("incident", assignment_group="R^D")["assignment_group"]["value"] == group


@pytest.mark.source("rest 1", "C")
def test_native_types_in_and_strings_out(api):
    record = api.create("incident", active=False, urgency=2, short_description=7)
    assert (record["active"], record["urgency"], record["short_description"]) == ("false", "2", "7")


@pytest.mark.source("rest 1", "D")
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_put_changes_only_what_it_names_like_patch(api, method):
    made = api.create("incident", short_description="before", description="kept")
    answer = api.send(method, f"incident/{made['sys_id']}", {"short_description": "after"})
    record = answer.json["result"]
    assert answer.status_code == 200
    assert (record["short_description"], record["description"], record["sys_mod_count"]) == ("after", "kept", "1")


@pytest.mark.source("rest 1", "D")
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_writing_an_unknown_record_is_404_and_never_makes_one(api, method):
    before = api.get("incident", sysparm_limit=1).headers["X-Total-Count"]
    assert api.send(method, f"incident/{'0' * 32}", {"short_description": "x"}).status_code == 404
    assert api.get("incident", sysparm_limit=1).headers["X-Total-Count"] == before


@pytest.mark.source("rest 2", "D")
def test_a_delete_is_204_without_body_or_type_and_then_404(api):
    made = api.create("incident", short_description="short-lived")
    answer = api.send("DELETE", f"incident/{made['sys_id']}")
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert api.send("DELETE", f"incident/{made['sys_id']}").status_code == 404


@pytest.mark.source("rest 1", "D")
def test_a_post_may_name_another_method_in_a_header(api):
    made = api.create("incident", short_description="before")
    path = f"incident/{made['sys_id']}"
    answer = api.send("POST", path, {"short_description": "after"}, headers={"X-http-method-override": "PATCH"})
    assert answer.json["result"]["short_description"] == "after"
    assert api.send("POST", path, headers={"X-http-method-override": "get"}).status_code == 200
    assert api.send("POST", path, headers={"X-http-method-override": "DELETE"}).status_code == 204


@pytest.mark.attack("C21")
def test_c21_a_get_cannot_be_overridden(api):
    made = api.create("incident", short_description="stays")
    api.get(f"incident/{made['sys_id']}", headers={"X-http-method-override": "DELETE"})
    assert api.get(f"incident/{made['sys_id']}").status_code == 200
    assert api.send("POST", "incident", {}, headers={"X-http-method-override": "JUNK"}).status_code == 405


@pytest.mark.source("rest 1", "D")
def test_no_response_body_is_no_response_body(api):
    headers = {"X-no-response-body": "true"}
    created = api.send("POST", "incident", {"short_description": "quiet"}, headers=headers)
    assert (created.status_code, created.data) == (201, b"")
    path = created.headers["Location"].partition("/table/")[2]
    changed = api.send("PATCH", path, {"short_description": "still quiet"}, headers=headers)
    assert (changed.status_code, changed.data) == (200, b"")
    assert api.get(path).json["result"]["short_description"] == "still quiet"


@pytest.mark.source("rest 2", "D")
def test_the_echoed_record_honours_fields_and_display_value(api):
    answer = api.send(
        "POST",
        "incident",
        {"caller_id": "6816f79cc0a8016401c5a33be04be441", "work_notes": "first"},
        sysparm_fields="state,caller_id.email,caller_id,work_notes",
        sysparm_display_value="true",
        sysparm_exclude_reference_link="true",
    )
    record = answer.json["result"]
    assert list(record) == ["state", "caller_id.email", "caller_id", "work_notes"]
    assert (record["state"], record["caller_id.email"], record["caller_id"]) == (
        "New",
        "admin@example.com",
        "System Administrator",
    )
    assert "first" in record["work_notes"]


@pytest.mark.source("rest 2", "C")
@pytest.mark.parametrize(("limit", "offset"), [("1", "5"), ("-1", "none")])
def test_a_client_that_sends_its_list_parameters_along_breaks_nothing(api, limit, offset):
    """pysnow sends its last query with every write, PySNC with the read of one record: whatever they are, they say
    nothing there."""
    extra = {"sysparm_query": "number=NONE", "sysparm_limit": limit, "sysparm_offset": offset}
    made = api.send("POST", "incident", {"short_description": "x"}, **extra).json["result"]
    assert api.get(f"incident/{made['sys_id']}", **extra).json["result"]["short_description"] == "x"
    assert api.send("PATCH", f"incident/{made['sys_id']}", {"urgency": "1"}, **extra).status_code == 200
    assert api.send("DELETE", f"incident/{made['sys_id']}", **extra).status_code == 204


@pytest.mark.source("platform documentation", "D")
@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_value_clears_every_field_but_one_with_choices(api, empty):
    """As the vendor's *special data handling* says; a new record has its default then."""
    values = {"short_description": "x", "assigned_to": "beth.anglin", "due_date": "2020-06-01", "urgency": "1"}
    sys_id = api.create("incident", **values)["sys_id"]
    changed = api.send("PATCH", f"incident/{sys_id}", dict.fromkeys(values, empty)).json["result"]
    assert {name: changed[name] for name in values} == {**dict.fromkeys(values, ""), "urgency": "1"}
    assert api.create("incident", urgency=empty, category=empty)["urgency"] == "3"


@pytest.mark.source("rest 3", "C")
def test_a_bare_date_becomes_that_midnight(api):
    assert api.create("incident", due_date="2024-12-31")["due_date"] == "2024-12-31 00:00:00"


@pytest.mark.source("rest 2", "D")
def test_display_input_is_read_as_displayed(api):
    """Times in the user's zone, references and choices by what stands for them."""
    body = {"due_date": "2024-01-02 00:00:00", "state": "In Progress", "caller_id": "Abel Tuter"}
    record = api.send("POST", "incident", body, sysparm_input_display_value="true").json["result"]
    assert (record["due_date"], record["state"]) == ("2024-01-02 08:00:00", "2")
    shown = api.get(f"incident/{record['sys_id']}", sysparm_display_value="all").json["result"]["caller_id"]
    assert shown["display_value"] == "Abel Tuter"


@pytest.mark.source("rest 1", "C")
def test_a_password_written_over_rest_lets_nobody_in(api):
    """It is stored as it came, and matches nothing."""
    body = {"user_name": "by.rest", "user_password": "plain", "active": True}
    assert api.send("POST", "sys_user", body).status_code == 201
    answer = api.http.get("/api/now/table/incident", auth=("by.rest", "plain"))
    assert answer.status_code == 401


@pytest.mark.source("platform 4.2", "D")
def test_a_write_without_rights_is_refused_in_the_platforms_words(make_user):
    answer = make_user().send("POST", "change_request", {"short_description": "x"})
    assert answer.status_code == 403
    assert answer.json["error"] == {
        "message": "Operation Failed",
        "detail": "ACL Exception Insert Failed due to security constraints",
    }


@pytest.mark.source("rest 3", "C")
def test_a_path_leads_to_the_entries_of_the_record_at_its_end(api):
    parent = api.create("problem", short_description="parent", work_notes="of the parent")
    child = api.create("incident", parent=parent["sys_id"], problem_id=parent["sys_id"], work_notes="of the child")
    fields = ["work_notes", "parent.work_notes", "problem_id.comments_and_work_notes", "parent.comments"]
    (row,) = api.rows("incident", sys_id=child["sys_id"], sysparm_fields=",".join(fields), sysparm_display_value="true")
    own, of_parent, of_problem, comments = (row[field] for field in fields)
    assert own.endswith("System Administrator (Work notes)\nof the child\n\n")
    assert of_parent.endswith("System Administrator (Work notes)\nof the parent\n\n")
    assert (of_problem, comments) == (of_parent, "")
    raw = api.rows("incident", sys_id=child["sys_id"], sysparm_fields="parent.work_notes")
    assert raw == [{"parent.work_notes": ""}]


@pytest.mark.parametrize("user_name", ["abel.tuter", "ABEL.tuter"])
def test_no_second_user_has_the_name_of_another(api, user_name):
    """Which of the two could log in would be left to chance."""
    refused = {"message": "Operation Failed", "detail": "Unique Key violation detected by database"}
    answer = api.send("POST", "sys_user", {"user_name": user_name})
    assert (answer.status_code, answer.json["error"]) == (403, refused)
    made = api.create("sys_user", user_name="sole")
    answer = api.send("PATCH", f"sys_user/{made['sys_id']}", {"user_name": user_name})
    assert (answer.status_code, answer.json["error"]) == (403, refused)
    assert api.send("PATCH", f"sys_user/{made['sys_id']}", {"user_name": "SOLE"}).status_code == 200
    assert api.create("sys_user")["user_name"] == api.create("sys_user")["user_name"] == ""
    api.send("DELETE", f"sys_user/{made['sys_id']}")


@pytest.mark.source("rest 1", "F")
def test_a_data_policy_names_the_labels_it_asks_for(api):
    made = api.create("incident", short_description="x")
    answer = api.send("PATCH", f"incident/{made['sys_id']}", {"state": "6"})
    assert answer.status_code == 403
    assert answer.json["error"]["detail"] == (
        "Data Policy Exception: \n\tThe following fields are mandatory: Resolution code, Close notes"
    )
    assert api.get(f"incident/{made['sys_id']}").json["result"]["state"] == "1"


@pytest.mark.source("rest 3", "C")
@pytest.mark.attack("D06")
def test_d06_a_record_has_the_fields_of_the_table_that_it_is_written_through(api):
    """As it shows the parent's fields alone; an incident's category is no field of a task."""
    made = api.create("incident", short_description="before", category="network")
    given = {"short_description": "after", "category": "software"}
    answer = api.send("PATCH", f"task/{made['sys_id']}", given)
    assert answer.json["result"]["short_description"] == "after"
    record = api.get(f"incident/{made['sys_id']}").json["result"]
    assert (record["short_description"], record["category"]) == ("after", "network")


@pytest.mark.attack("D06")
def test_d06_thousands_of_unknown_fields_do_not_push_all_else_off_the_log(api):
    answer = api.send("POST", "incident", {f"no_field_{each}": "x" for each in range(5000)})
    assert answer.status_code == 201
    transaction = answer.headers["X-Transaction-ID"]
    reasons = [each["reason"] for each in api.http.get(f"/lab/decisions/{transaction}").json["decisions"]]
    assert len(reasons) < 120
    assert "no_field_0 is not a field of incident." in reasons
    assert "4900 more are not fields of incident." in reasons


@pytest.mark.attack("D06")
def test_d06_what_only_the_instance_fills_is_ignored(api):
    given = {"sys_id": "f" * 32, "sys_created_by": "mallory", "sys_mod_count": "99", "number": "INC9", "no_such": "x"}
    record = api.create("incident", **given)
    assert not {name for name, value in given.items() if record.get(name) == value}

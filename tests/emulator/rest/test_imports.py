"""The Import Set API (rest 9)."""

import re

import pytest
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

HOST = "http://dev00001.service-now.com"
SYSTEM = Caller.system()
JOHN = {"first_name": "John", "last_name": "Public", "department": "Finance"}


@pytest.fixture(name="load")
def _load(api):
    def send(staging, record, client=None, version="", status=201):
        answer = (client or api).open(f"/api/now/{version}import/{staging}", "POST", json=record)
        assert answer.status_code == status, answer.text
        return answer

    return send


@pytest.fixture(name="gate")
def _gate(instance):
    return part_of(instance, Gate)


def only(answer):
    (result,) = answer.json["result"]
    return result


@pytest.mark.source("rest 9", "D")
@pytest.mark.parametrize("version", ["", "v1/"])
def test_a_record_is_loaded_and_transformed_at_once(api, load, version):
    answer = load("imp_user", {**JOHN, "user_name": f"john{version}"}, version=version)
    result = only(answer)
    assert list(answer.json) == ["import_set", "staging_table", "result"]
    assert re.fullmatch("ISET00[0-9]{5}", answer.json["import_set"])
    assert answer.json["staging_table"] == "imp_user"
    assert result == {
        "transform_map": "User",
        "table": "sys_user",
        "display_name": "name",
        "display_value": "John Public",
        "record_link": f"{HOST}/api/now/{version}table/sys_user/{result['sys_id']}",
        "status": "inserted",
        "sys_id": result["sys_id"],
    }
    made = api.get(f"sys_user/{result['sys_id']}", sysparm_display_value="true").json["result"]
    assert made["department"]["display_value"] == "Finance"
    row = answer.headers["Location"].removeprefix(HOST)
    assert api.open(row).json == answer.json


@pytest.mark.source("platform documentation", "D")
def test_the_vendors_own_curl_imports_a_user(api):
    """Single quotes and ``user_id`` included; a second call finds the same user."""
    body = "{'first_name':'John','last_name':'Public','user_id':'john.public','email':'john.public@company.com'}"
    for status in ("inserted", "ignored"):
        answer = api.open("/api/now/import/imp_user", "POST", data=body, content_type="application/json")
        assert (answer.status_code, only(answer)["status"]) == (201, status)
    (user,) = api.rows("sys_user", sysparm_query="email=john.public@company.com", sysparm_fields="user_name,name")
    assert user == {"user_name": "john.public", "name": "John Public"}


@pytest.mark.source("rest 9", "D")
def test_a_record_with_the_same_key_is_updated_or_left_alone(load):
    john = {**JOHN, "user_name": "john.twice"}
    made = only(load("imp_user", john))
    same = only(load("imp_user", john))
    changed = only(load("imp_user", {**john, "title": "CEO", "first_name": ""}))
    assert [each["status"] for each in (made, same, changed)] == ["inserted", "ignored", "updated"]
    assert {each["sys_id"] for each in (made, same, changed)} == {made["sys_id"]}
    assert same["status_message"] == "No field values changed"
    assert changed["display_value"] == "John Public", "an empty source field empties nothing"


@pytest.mark.source("rest 9", "I")
def test_without_a_key_every_load_makes_a_record_and_without_values_none(load):
    first, second = (only(load("imp_incident", {"short_description": "no key"})) for _ in range(2))
    assert first["sys_id"] != second["sys_id"]
    assert only(load("imp_incident", {"unknown": "x", "caller.name": "x"}))["status"] == "skipped"


@pytest.mark.source("rest 9", "I")
def test_choices_and_references_are_given_as_people_write_them(api, load):
    made = only(load("imp_incident", {"short_description": "x", "urgency": "1 - high", "caller": "Abel Tuter"}))
    row = api.get(f"incident/{made['sys_id']}", sysparm_fields="urgency,caller_id.user_name").json["result"]
    assert row == {"urgency": "1", "caller_id.user_name": "abel.tuter"}


@pytest.mark.source("rest 9", "D")
def test_many_records_are_loaded_as_one_set(api):
    records = [{"short_description": f"number {each}", "correlation_id": f"many{each % 2}"} for each in range(3)]
    path = "/api/now/import/imp_incident/insertMultiple"
    answer = api.open(path, "POST", json={"records": records}, query_string={"multi_import_set_id": "a" * 32})
    assert (answer.status_code, answer.json["multi_import_set_id"]) == (201, "a" * 32)
    query = f"sys_import_set={answer.json['import_set_id']}^ORDERBYsys_import_row"
    rows = api.rows("imp_incident", sysparm_query=query)
    assert [row["sys_import_state"] for row in rows] == ["inserted", "inserted", "updated"]
    assert api.get(f"sys_import_set/{answer.json['import_set_id']}").json["result"]["state"] == "processed"


@pytest.mark.source("platform documentation", "D")
def test_many_records_call_their_columns_by_label_or_by_name(api):
    """By label unless an entry of *Rest Insert Multiples* says otherwise; here both are understood."""
    records = [{"User ID": "label.one", "First name": "One"}, {"user_id": "label.two", "first_name": "Two"}]
    answer = api.open("/api/now/import/imp_user/insertMultiple", "POST", json={"records": records})
    assert answer.status_code == 201
    made = api.rows("sys_user", sysparm_query="user_nameSTARTSWITHlabel.^ORDERBYuser_name", sysparm_fields="first_name")
    assert [row["first_name"] for row in made] == ["One", "Two"]


@pytest.mark.parametrize("records", [[], "x", None, [1], [{}] * 1001])
def test_what_are_no_records_is_400_and_loads_nothing(api, records):
    before = api.get("sys_import_set", sysparm_limit=1).headers["X-Total-Count"]
    answer = api.open("/api/now/import/imp_incident/insertMultiple", "POST", json={"records": records})
    assert answer.status_code == 400
    assert api.get("sys_import_set", sysparm_limit=1).headers["X-Total-Count"] == before


@pytest.mark.source("rest 9", "G")
@pytest.mark.parametrize("table", ["incident", "no_table", "sys_import_set_row"])
def test_only_a_staging_table_takes_imports(load, api, table):
    assert load(table, {}, status=400).json["error"]["message"] == f"Invalid table {table}"
    assert api.open(f"/api/now/import/{table}/{'0' * 32}").status_code == 400


def test_a_row_that_is_not_there_is_404(api):
    assert api.open(f"/api/now/import/imp_user/{'0' * 32}").status_code == 404


def test_the_target_is_written_with_the_rights_of_whoever_imports(load, make_user):
    loader = make_user("import_set_loader")
    result = only(load("imp_user", {**JOHN, "user_name": "no.rights"}, client=loader))
    assert result["status"] == "error"
    assert result["error_message"].startswith("Operation Failed: ACL Exception Insert Failed")
    assert "sys_id" not in result
    assert only(load("imp_incident", {"short_description": "x"}, client=make_user("itil")))["status"] == "inserted"
    load("imp_incident", {"short_description": "x"}, client=make_user(), status=403)


def test_an_error_undoes_the_target_and_keeps_the_row(api, load, gate):
    """A data policy refuses half a closing; the import set remembers it."""
    made = gate.record("sys_transform_map", SYSTEM).insert(
        {"name": "Closing", "source_table": "imp_incident", "target_table": "incident", "order": 200}
    )
    gate.record("sys_transform_entry", SYSTEM).insert(
        {"map": made.sys_id, "source_field": "impact", "target_field": "state"}
    )
    try:
        answer = load("imp_incident", {"short_description": "both", "impact": "7"})
    finally:
        gate.record("sys_transform_map", SYSTEM).update(made.sys_id, {"active": "false"})
    assert [(each["transform_map"], each["status"]) for each in answer.json["result"]] == [
        ("Incident", "inserted"),
        ("Closing", "error"),
    ]
    assert "mandatory" in answer.json["result"][1]["error_message"]
    again = api.open(answer.headers["Location"].removeprefix(HOST)).json
    assert again["result"] == answer.json["result"][1:], "a row remembers its last map"


def test_a_key_that_is_a_choice_is_found_by_its_label_too(load, gate):
    entries = gate.record("sys_transform_entry", SYSTEM)
    for each in entries.query("map.name=Incident").rows:
        entries.update(each.sys_id, {"coalesce": each.value("target_field") in {"correlation_id", "urgency"}})
    try:
        sent = [load("imp_incident", {"correlation_id": "by-label", "urgency": each}) for each in ("1", "1 - high")]
    finally:
        for each in entries.query("map.name=Incident").rows:
            entries.update(each.sys_id, {"coalesce": each.value("target_field") == "correlation_id"})
    assert [only(answer)["status"] for answer in sent] == ["inserted", "ignored"]


@pytest.mark.parametrize("key", ["no_such_field", "comments", "caller_id.name"])
def test_a_key_that_nothing_can_be_found_by_changes_no_other_record(api, load, gate, key):
    """A misspelled coalesce field is an error of the row, and not the first record that there is."""
    made = gate.record("sys_transform_map", SYSTEM).insert(
        {"name": "Misspelled", "source_table": "imp_incident", "target_table": "incident", "order": 200}
    )
    for source, target, coalesce in (("impact", key, "true"), ("short_description", "short_description", "false")):
        entry = {"map": made.sys_id, "source_field": source, "target_field": target, "coalesce": coalesce}
        gate.record("sys_transform_entry", SYSTEM).insert(entry)
    try:
        answer = load("imp_incident", {"short_description": f"By {key}", "impact": "2"})
    finally:
        gate.record("sys_transform_map", SYSTEM).delete(made.sys_id)
    assert [each["status"] for each in answer.json["result"]] == ["inserted", "error"]
    assert key in answer.json["result"][1]["error_message"]
    assert len(api.rows("incident", short_description=f"By {key}")) == 1


def test_a_table_without_a_map_ignores_its_rows(load, gate):
    one = gate.record("sys_transform_map", SYSTEM).find("name=User")
    gate.record("sys_transform_map", SYSTEM).update(one.sys_id, {"active": "false"})
    try:
        assert only(load("imp_user", JOHN))["status"] == "ignored"
    finally:
        gate.record("sys_transform_map", SYSTEM).update(one.sys_id, {"active": "true"})


def test_what_the_instance_fills_is_not_for_the_source_to_give(api, load):
    answer = load("imp_user", {**JOHN, "user_name": "sly", "sys_import_state": "error", "sys_import_set": "x"})
    assert api.open(answer.headers["Location"].removeprefix(HOST)).json["import_set"] == answer.json["import_set"]


def test_imports_need_credentials(load, stranger):
    load("imp_user", JOHN, client=stranger, status=401)

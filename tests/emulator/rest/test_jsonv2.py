"""The JSONv2 processor, as Terraform's provider uses it (rest 10)."""

import pytest

INCIDENT = "/incident.do"


def call(api, path=INCIDENT, body=None, method=None, **parameters):
    method = method or ("GET" if body is None and "sysparm_action" not in parameters else "POST")
    answer = api.open(path, method, json=body, query_string={"JSONv2": "", **parameters})
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.mark.source("rest 10", "C")
def test_a_records_whole_life_over_one_address(api):
    """Each record comes with its status, references without links."""
    body = {"short_description": "terraform", "caller_id": "6816f79cc0a8016401c5a33be04be441"}
    (made,) = call(api, body=body, sysparm_action="insert")["records"]
    assert (made["__status"], made["short_description"], made["caller_id"]) == (
        "success",
        "terraform",
        body["caller_id"],
    )
    query = f"sys_id={made['sys_id']}"
    assert call(api, sysparm_query=query)["records"] == [made]
    (changed,) = call(api, body={"urgency": "1"}, sysparm_action="update", sysparm_query=query)["records"]
    assert (changed["urgency"], changed["sys_mod_count"]) == ("1", "1")
    gone = call(api, sysparm_action="deleteRecord", sysparm_sys_id=made["sys_id"])
    assert gone == {"records": [{"sys_id": made["sys_id"], "__status": "success"}]}
    assert call(api, sysparm_query=query) == {"records": []}


@pytest.mark.source("rest 10", "C")
def test_a_list_takes_its_own_parameters(api):
    keys = call(
        api, "/incident_list.do", sysparm_action="getKeys", sysparm_query="ORDERBYnumber", sysparm_record_count=3
    )
    assert len(keys["records"]) == 3
    one = call(api, sysparm_action="get", sysparm_sys_id=keys["records"][0], displayvalue="true")["records"][0]
    assert (one["number"], one["state"]) == ("INC0000001", "Closed")
    both = call(api, sysparm_query="number=INC0000001", displayvalue="all")["records"][0]
    assert (both["state"], both["dv_state"]) == ("7", "Closed")


@pytest.mark.source("rest 10", "C")
def test_several_records_are_written_one_by_one_and_a_refusal_stops_none(api):
    body = {"records": [{"short_description": "many"}, {"short_description": "many", "state": "6"}, {}]}
    statuses = [each["__status"] for each in call(api, body=body, sysparm_action="insertMultiple")["records"]]
    assert statuses == ["success", "failure", "success"]
    gone = call(api, sysparm_action="deleteMultiple", sysparm_query="short_description=many")["records"]
    assert [each["__status"] for each in gone] == ["success"]


@pytest.mark.source("platform documentation", "D")
def test_what_a_body_asks_for_counts_before_the_address(api):
    """The action, the record and the query may all stand in the JSON object."""
    body = {"sysparm_action": "insert", "records": [{"short_description": "in the body"}] * 2}
    made = [each["sys_id"] for each in call(api, body=body, sysparm_action="getKeys")["records"]]
    assert len(made) == 2
    (gone,) = call(api, body={"sysparm_action": "deleteRecord", "sysparm_sys_id": made[0]})["records"]
    assert gone == {"sys_id": made[0], "__status": "success"}
    body = {"sysparm_action": "deleteMultiple", "sysparm_query": "short_description=in the body"}
    assert [each["sys_id"] for each in call(api, body=body)["records"]] == made[1:]


@pytest.mark.source("rest 10", "C")
@pytest.mark.parametrize("action", ["update", "deleteMultiple"])
def test_a_change_of_all_records_is_never_meant(api, action):
    assert call(api, body={"urgency": "1"}, sysparm_action=action) == {
        "_error": f"Cannot {'update' if action == 'update' else 'delete'} with empty sysparm_query",
        "reason": None,
    }


@pytest.mark.source("rest 10", "G")
def test_what_cannot_begin_says_so_under_status_200(api):
    assert call(api, "/no_such_table.do")["_error"] == "Invalid table no_such_table"
    assert call(api, sysparm_action="junk")["_error"] == "Unsupported action junk"
    assert "sysparm_sys_id" in call(api, sysparm_action="get")["reason"]
    missing = call(api, sysparm_action="deleteRecord", sysparm_sys_id="f" * 32)["records"][0]
    assert (missing["__status"], missing["__error"]["message"]) == ("failure", "No Record found")


@pytest.mark.attack("C21")
def test_c21_a_get_writes_nothing(api):
    """A link on another site must not be able to delete."""
    made = api.create("incident", short_description="stays")
    answer = call(api, method="GET", sysparm_action="deleteRecord", sysparm_sys_id=made["sys_id"])
    assert answer["_error"] == "Unsupported action deleteRecord"
    assert api.get(f"incident/{made['sys_id']}").status_code == 200


@pytest.mark.source("rest 10", "C")
def test_a_stranger_is_asked_for_credentials_and_a_page_stays_a_page(stranger, api):
    assert stranger.open(f"{INCIDENT}?JSONv2").status_code == 401
    assert stranger.open("/incident_list.do").status_code == 302

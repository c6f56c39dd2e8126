"""What the Change Management API does beside changes and tasks: items, conflicts, workers."""

import json

import pytest

from .conftest import HOST
from .test_change_api import caller_of, made

UNKNOWN = "f" * 32


@pytest.fixture
def chg(api):
    return caller_of(api)


def items(api, table="cmdb_ci_server", count=2):
    return [row["sys_id"] for row in api.rows(table, sysparm_limit=count, sysparm_fields="sys_id,name")]


def add(chg, change, sys_ids, kind="affected", **further):
    return chg("POST", f"/{change}/ci", {"cmdb_ci_sys_ids": sys_ids, "association_type": kind, **further})


@pytest.mark.source("platform documentation", "D")
def test_items_are_associated_by_a_worker_and_listed(chg, api):
    """The answer tells of a worker that waits; asked, it has done its work (ours)."""
    change, (first, second) = made(chg)["sys_id"]["value"], items(api)
    answer = add(chg, change, [first, second])
    result = answer.json["result"]
    worker = result["worker"]
    assert answer.status_code == 202
    assert worker["link"] == f"{HOST}/api/sn_chg_rest/change/worker/{worker['sysId']}"
    assert (result["state"], result["type"]) == ({"value": 1, "display_value": "Waiting"}, "affected")
    assert result["messages"] == {"errorMessages": [], "warningMessages": [], "infoMessages": []}
    assert json.loads(result["request"]) == {
        "cmdb_ci_sys_ids": [first, second],
        "association_type": "affected",
        "task": change,
    }
    done = chg("GET", f"/worker/{worker['sysId']}").json["result"]
    assert done == {**result, "state": {"value": 3, "display_value": "Complete"}}
    listed = chg("GET", f"/{change}/ci", association_type="affected", order="ci_item").json["result"]
    assert {each["ci_item"]["value"] for each in listed} == {first, second}
    assert all(each["ci_item"]["display_value"] for each in listed)
    assert chg("GET", f"/{change}/ci", association_type="impacted").json["result"] == []
    assert len(chg("GET", f"/{change}/ci", association_type="affected", ci_item=first).json["result"]) == 1


@pytest.mark.source("platform documentation", "D")
def test_a_worker_tells_what_was_already_there_and_what_is_nothing(chg, api):
    """Also of a list as text, in brackets or not."""
    change, (first, _second) = made(chg)["sys_id"]["value"], items(api)
    add(chg, change, f"[{first}]")
    worker = add(chg, change, f"{first}, {UNKNOWN}", refresh_impacted_services=True).json["result"]["worker"]["sysId"]
    told = chg("GET", f"/worker/{worker}").json["result"]["messages"]
    assert told["infoMessages"] == ["CMDB_CI sys_id already associated to provided."]
    assert told["warningMessages"][-1] == "Invalid CMDB_CI sys_id provided."
    assert len(chg("GET", f"/{change}/ci", association_type="affected").json["result"]) == 1


def test_services_and_offerings_are_associated_in_tables_of_their_own(chg, api):
    change, (service,) = made(chg)["sys_id"]["value"], items(api, "cmdb_ci_service", 1)
    offering = api.create("service_offering", name="Mailbox, standard", parent=service)["sys_id"]
    for kind, element, sys_id in (("impacted", "cmdb_ci_service", service), ("offering", "service_offering", offering)):
        assert add(chg, change, sys_id, kind).status_code == 202
        (row,) = chg("GET", f"/{change}/ci", association_type=kind).json["result"]
        assert row[element]["value"] == sys_id


@pytest.mark.parametrize("body", [{}, {"association_type": "near"}, {"association_type": "affected"}])
def test_an_association_that_says_not_what_or_how_is_400(chg, body):
    change = made(chg)["sys_id"]["value"]
    assert chg("POST", f"/{change}/ci", body).status_code == 400
    assert chg("GET", f"/{change}/ci").status_code == 400
    assert chg("POST", f"/{UNKNOWN}/ci", {"association_type": "affected", "cmdb_ci_sys_ids": "x"}).status_code == 404


def test_items_and_workers_are_for_those_who_may_see_changes(chg, api, make_user):
    change, (first, _second) = made(chg)["sys_id"]["value"], items(api)
    reader, nobody = caller_of(make_user("sn_change_read")), caller_of(make_user())
    worker = add(chg, change, first).json["result"]["worker"]["sysId"]
    assert len(reader("GET", f"/{change}/ci", association_type="affected").json["result"]) == 1
    assert reader("GET", f"/worker/{worker}").status_code == 200
    assert add(reader, change, first).status_code == 403
    assert nobody("GET", f"/worker/{worker}").status_code == 403


def planned(chg, item, start, end):
    times = {"start_date": f"2027-03-01 {start}:00:00", "end_date": f"2027-03-01 {end}:00:00"}
    return made(chg, cmdb_ci=item, **times)["sys_id"]["value"]


@pytest.mark.source("rest 8", "D")
def test_a_check_finds_the_changes_that_have_the_item_at_that_time(chg, api):
    """It answers with a worker's sys_id; one that only begins when the other ends is no conflict."""
    (item,) = items(api, "cmdb_ci_netgear", 1)
    change, clash, _later = (planned(chg, item, *hours) for hours in (("10", "12"), ("11", "13"), ("12", "14")))
    before = chg("GET", f"/{change}/conflict").json["result"]
    assert (before["status"], before["conflicts"]) == ("Not Run", [])
    worker = chg("POST", f"/{change}/conflict").json["result"]
    assert chg("GET", f"/worker/{worker}").json["result"]["type"] == "conflict"
    for _again in range(2):
        result = chg("GET", f"/{change}/conflict").json["result"]
        assert (result["status"], result["record_count"], result["job_status"]) == ("Conflict", "1", "2")
        (conflict,) = result["conflicts"]
        assert conflict["conflicting_change"]["value"] == clash
        assert conflict["type"] == {"display_value": "CI Already Scheduled", "value": "ci_already_scheduled"}
        chg("POST", f"/{change}/conflict")
    assert chg("GET", f"/{change}").json["result"]["conflict_status"]["value"] == "Conflict"


def test_a_check_for_an_item_that_is_nobody_s_key_finds_no_other_change(chg):
    """What stands in a reference is a value, whatever it would mean in a query."""
    made(chg, short_description="Somebody else's")
    change = planned(chg, "^NQshort_descriptionSTARTSWITHSo", "10", "12")
    chg("POST", f"/{change}/conflict")
    assert chg("GET", f"/{change}/conflict").json["result"]["conflicts"] == []


@pytest.mark.source("platform documentation", "D")
def test_a_check_without_conflicts_lists_none(chg, api):
    """The status is the same; the change's own field tells them apart."""
    (item,) = items(api, "cmdb_ci_linux_server", 1)
    change = planned(chg, item, "10", "12")
    assert chg("POST", f"/{change}/conflict").status_code == 200
    result = chg("GET", f"/{change}/conflict").json["result"]
    assert (result["status"], result["conflicts"]) == ("Conflict", [])
    assert chg("GET", f"/{change}").json["result"]["conflict_status"]["value"] == "No Conflict"


@pytest.mark.source("platform documentation", "D")
def test_what_cannot_be_checked_or_canceled_is_400(chg):
    change = made(chg)["sys_id"]["value"]
    assert chg("POST", f"/{change}/conflict").status_code == 400
    assert chg("DELETE", f"/{change}/conflict").status_code == 400
    assert chg("GET", f"/{UNKNOWN}/conflict").status_code == 404


@pytest.mark.source("platform documentation", "D")
@pytest.mark.parametrize(
    "around", ["sys_idISNOTEMPTY^NQsys_idISNOTEMPTY", "ORsys_idISNOTEMPTY", "x^^^NQtaskISNOTEMPTY"]
)
def test_no_query_lists_the_items_of_another_change(chg, api, around):
    """Whatever groups and alternatives it has."""
    change, other = (made(chg)["sys_id"]["value"] for _ in range(2))
    add(chg, other, items(api))
    asked = {"association_type": "affected", "sysparm_query": around}
    assert chg("GET", f"/{change}/ci", **asked).json["result"] == []

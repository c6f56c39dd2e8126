"""Planning by the Change Management API: free time slots, impacted services, risk."""

import json

import pytest

from .conftest import HOST
from .test_change_api import caller_of, made
from .test_change_workers import add, planned

UNKNOWN = "f" * 32
HOUR = 3600
MORNING = "2027-03-01 08:00:00"
TEMPLATE = "Replace a failed disk"


@pytest.fixture
def chg(api):
    return caller_of(api)


@pytest.fixture
def item(api):
    """One that no other change has: the tests share their instance."""
    return api.create("cmdb_ci_netgear", name="nc6500-b01")["sys_id"]


@pytest.fixture
def five_days_ahead(api):
    window = api.create("sys_properties", name="change.conflict.next_available.schedule_window", value="5")
    yield
    api.send("DELETE", f"sys_properties/{window['sys_id']}")


def told_by(chg, answer):
    """What the worker says in the end that an answer names."""
    assert answer.status_code == 202, answer.text
    return chg("GET", f"/worker/{answer.json['result']['worker']['sysId']}").json["result"]


def starts(worker):
    return [span["start"]["value"] for span in worker["payload"]["spans"]]


def standard(chg, api, **values):
    template = api.rows("std_change_producer_version", name=TEMPLATE)[0]["sys_id"]
    return made(chg, f"/standard/{template}", **values)["sys_id"]["value"]


@pytest.mark.source("platform documentation", "D")
def test_an_item_is_free_between_the_changes_that_have_it(chg, item):
    """The answer tells of a worker that waits, and the worker of the slots, in UTC and as the user reads them."""
    for hours in (("10", "12"), ("13", "14")):
        planned(chg, item, *hours)
    answer = chg("GET", f"/ci/{item}/schedule", duration_in_seconds=2 * HOUR, planned_start_time=MORNING)
    first, worker = answer.json["result"], told_by(chg, answer)
    assert first["worker"]["link"] == f"{HOST}/api/sn_chg_rest/change/worker/{first['worker']['sysId']}"
    assert (first["state"], first["type"]) == ({"value": 1, "display_value": "Waiting"}, "schedule")
    assert "payload" not in first
    assert json.loads(first["request"]) == {
        "cmdb_ci_sys_id": item,
        "planned_start_time": MORNING,
        "duration_in_seconds": 2 * HOUR,
        "timezone": "US/Pacific",
    }
    assert worker["state"] == {"value": 3, "display_value": "Complete"}
    assert starts(worker) == [MORNING, "2027-03-01 14:00:00"]
    assert worker["payload"]["spans"][0] == {
        "start": {"value": MORNING, "display_value": "2027-03-01 00:00:00"},
        "end": {"value": "2027-03-01 10:00:00", "display_value": "2027-03-01 02:00:00"},
    }


@pytest.mark.source("platform documentation", "D")
def test_slots_of_a_change_are_as_long_as_it_is_planned_to_take(chg, item):
    """The change itself is in nobody's way."""
    change = planned(chg, item, "10", "12")
    planned(chg, item, "11", "13")
    worker = told_by(chg, chg("GET", f"/{change}/schedule"))
    assert json.loads(worker["request"]) == {"change_sys_id": change, "timezone": "US/Pacific"}
    assert starts(worker) == ["2027-03-01 13:00:00"]
    assert worker["payload"]["spans"][0]["end"]["value"] == "2027-03-01 15:00:00"


@pytest.mark.source("platform documentation", "D")
def test_a_change_is_planned_for_the_first_slot(chg, item):
    planned(chg, item, "08", "10")
    change = made(chg, cmdb_ci=item)["sys_id"]["value"]
    body = {"duration_in_seconds": "10800", "planned_start_time": MORNING}
    worker = told_by(chg, chg("PATCH", f"/{change}/schedule/first_available", body))
    assert worker["messages"]["infoMessages"] == ["Change has been updated"]
    result = chg("GET", f"/{change}").json["result"]
    times = [result[name]["value"] for name in ("start_date", "end_date")]
    assert times == ["2027-03-01 10:00:00", "2027-03-01 13:00:00"]


@pytest.mark.source("platform documentation", "D")
def test_a_window_without_a_gap_has_no_slot(chg, item):
    change = made(chg, cmdb_ci=item)["sys_id"]["value"]
    asked = {"duration_in_seconds": 91 * 24 * HOUR}
    worker = told_by(chg, chg("PATCH", f"/{change}/schedule/first_available", asked))
    assert worker["messages"]["infoMessages"] == ["No slots found for 90 days from now"]
    assert chg("GET", f"/{change}").json["result"]["start_date"]["value"] == ""


@pytest.mark.source("platform documentation", "D")
def test_as_many_days_are_looked_at_as_the_property_says(chg, item, five_days_ahead):
    worker = told_by(chg, chg("GET", f"/ci/{item}/schedule", duration_in_seconds=6 * 24 * HOUR))
    assert worker["messages"]["infoMessages"] == ["No slots found for 5 days from now"]
    assert "payload" not in worker


@pytest.mark.source("platform documentation", "D")
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"duration_in_seconds": "0"},
        {"duration_in_seconds": "soon"},
        {"duration_in_seconds": HOUR, "planned_start_time": "soon"},
        {"duration_in_seconds": HOUR, "planned_start_time": "9999-12-31 00:00:00"},
    ],
)
def test_a_slot_without_a_length_or_at_no_time_is_400(chg, item, given):
    change = made(chg, cmdb_ci=item)["sys_id"]["value"]
    assert chg("GET", f"/ci/{item}/schedule", **given).status_code == 400
    assert chg("PATCH", f"/{change}/schedule/first_available", given).status_code == 400


@pytest.mark.parametrize("given", ["9" * 30, "²", "-1", "1.5", True])
def test_a_length_that_is_none_or_too_long_is_no_server_error(chg, item, given):
    change = made(chg, cmdb_ci=item)["sys_id"]["value"]
    assert chg("PATCH", f"/{change}/schedule/first_available", {"duration_in_seconds": given}).status_code in {202, 400}


@pytest.mark.source("platform documentation", "D")
def test_what_cannot_be_scheduled_is_400_and_what_is_not_there_404(chg, item):
    """But an item that is not there is 400."""
    bare, untimed = (made(chg, **values)["sys_id"]["value"] for values in ({}, {"cmdb_ci": item}))
    asked = {"duration_in_seconds": HOUR}
    assert chg("GET", f"/ci/{UNKNOWN}/schedule", **asked).status_code == 400
    assert chg("GET", f"/{bare}/schedule").status_code == 400
    assert chg("GET", f"/{untimed}/schedule").status_code == 400
    assert chg("PATCH", f"/{bare}/schedule/first_available", asked).status_code == 400
    assert chg("GET", f"/{UNKNOWN}/schedule").status_code == 404
    assert chg("PATCH", f"/{UNKNOWN}/schedule/first_available", asked).status_code == 404


def test_a_refused_plan_is_the_worker_s_to_tell(chg, api, item):
    rule = {"name": "Frozen", "collection": "change_request", "filter_condition": "short_description=Frozen"}
    api.create("sys_script", **rule, when="before", action_update=True, abort_action=True, active=True)
    change = made(chg, cmdb_ci=item, short_description="Frozen")["sys_id"]["value"]
    worker = told_by(chg, chg("PATCH", f"/{change}/schedule/first_available", {"duration_in_seconds": HOUR}))
    assert worker["state"]["display_value"] == "Error"
    assert "Frozen" in worker["messages"]["errorMessages"][0]


def test_scheduling_is_for_those_who_write_changes(chg, item, make_user):
    change = made(chg, cmdb_ci=item)["sys_id"]["value"]
    reader, writer = caller_of(make_user("sn_change_read")), caller_of(make_user("itil"))
    asked = {"duration_in_seconds": HOUR}
    for path in (f"/{change}/schedule/first_available", f"/standard/{change}/risk"):
        assert reader("PATCH", path, asked).status_code == 403
    assert reader("POST", f"/{change}/refresh_impacted_services", {}).status_code == 403
    assert reader("GET", f"/{change}/schedule").status_code == 403
    assert caller_of(make_user("sn_change_writer"))("GET", f"/{change}/schedule").status_code == 400  # it has no times
    assert writer("PATCH", f"/{change}/schedule/first_available", asked).status_code == 202


@pytest.mark.source("platform documentation", "D")
def test_impacted_services_are_those_that_the_items_are_part_of(chg, api):
    """Of the change's own item and of the affected ones, over relationships between; by hand added ones stay."""
    switch = api.rows("cmdb_ci", name="nc6500-a01")[0]["sys_id"]
    affected = api.rows("cmdb_ci", name="MailServerUS")[0]["sys_id"]
    change = made(chg, cmdb_ci=switch)["sys_id"]["value"]
    by_hand = api.rows("cmdb_ci_service", name="Microsoft 365")[0]["sys_id"]
    add(chg, change, by_hand, "impacted")
    answer = chg("POST", f"/{change}/refresh_impacted_services", {})
    assert (answer.status_code, answer.json["result"]["type"], answer.json["result"]["request"]) == (
        200,
        "impacted",
        "",
    )
    assert services(chg, change) == {"SAP Financial Accounting", "Client Services", "Microsoft 365"}
    add(chg, change, affected, refresh_impacted_services=True)
    assert services(chg, change) == {"SAP Financial Accounting", "Client Services", "Microsoft 365", "Email"}
    chg("PATCH", f"/{change}", {"cmdb_ci": ""})
    chg("POST", f"/{change}/refresh_impacted_services", {})
    assert services(chg, change) == {"Email", "Microsoft 365"}
    assert chg("POST", f"/{UNKNOWN}/refresh_impacted_services", {}).status_code == 404


def services(chg, change):
    listed = chg("GET", f"/{change}/ci", association_type="impacted").json["result"]
    return {each["cmdb_ci_service"]["display_value"] for each in listed}


@pytest.mark.source("platform documentation", "D")
def test_the_first_risk_condition_that_is_met_sets_risk_and_impact(chg, api):
    """By their order; those after it are ignored. Without one the change stays as it is."""
    change = standard(chg, api)
    before = chg("GET", f"/{change}").json["result"]
    after = chg("PATCH", f"/standard/{change}/risk", {}).json["result"]
    assert (after["risk"], after["sys_mod_count"]) == (before["risk"], before["sys_mod_count"])
    for order, risk in ((20, "4"), (10, "2")):
        api.create(
            "risk_conditions", name=f"At {order}", order=order, condition="category=Hardware", risk=risk, impact="1"
        )
    result = chg("PATCH", f"/{change}/risk", {}).json["result"]
    assert result["sys_id"] == {"display_value": change, "value": change}
    assert result["risk"] == {"display_value": "High", "value": 2}
    assert result["impact"] == {"display_value": "1 - High", "value": 1}


@pytest.mark.source("platform documentation", "D")
def test_risk_is_assessed_of_standard_changes_alone(chg):
    normal = made(chg)["sys_id"]["value"]
    assert chg("PATCH", f"/standard/{normal}/risk", {}).status_code == 404
    assert chg("PATCH", f"/standard/{UNKNOWN}/risk", {}).status_code == 404

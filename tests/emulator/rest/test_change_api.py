"""The Change Management API, as its clients use it."""

import pytest
from ticketlab.emulator.rest.change_call import limit_of
from ticketlab.emulator.rest.incoming import asked_parameters

CHANGE = "/api/sn_chg_rest/v1/change"
STANDARD_MODEL = "e55d0bfec343101035ae3f52c1d3ae49"


@pytest.fixture
def chg(api):
    """Calls of the API as admin: ``chg("POST", "/normal", {...})`` returns the answer."""
    return caller_of(api)


def caller_of(api):
    def call(method, path, body=None, prefix=CHANGE, **parameters):
        return api.open(f"{prefix}{path}", method, json=body, query_string=parameters)

    return call


def made(chg, path="/normal", **values):
    answer = chg("POST", path, {"short_description": "Reboot", **values})
    assert answer.status_code == 200, answer.text
    return answer.json["result"]


@pytest.mark.source("platform 5.3", "D")
def test_a_normal_change_is_made_as_the_documentation_shows_it(chg):
    """Pairs of display value and value, numbers and booleans of JSON, 200 and what was ignored."""
    answer = chg("POST", "/normal", {"short_description": "Reboot", "no_such_field": "1"})
    result = answer.json["result"]
    assert answer.status_code == 200
    assert result["__meta"] == {"ignoredFields": ["no_such_field"]}
    wanted = {
        "state": {"display_value": "New", "value": "-5"},
        "type": {"display_value": "Normal", "value": "normal"},
        "priority": {"display_value": "4 - Low", "value": 4},
        "scope": {"display_value": "Medium", "value": 3},
        "risk": {"display_value": "Moderate", "value": 3},
        "approval": {"display_value": "Not Yet Requested", "value": "not requested"},
        "active": {"display_value": "true", "value": True},
        "cab_required": {"display_value": "false", "value": False},
        "short_description": {"display_value": "Reboot", "value": "Reboot"},
        "chg_model": {"display_value": "Normal", "value": "007c4001c343101035ae3f52c1d3aeb2"},
        "assigned_to": {"display_value": "", "value": ""},
    }
    assert {name: result[name] for name in wanted} == wanted
    assert result["number"]["value"].startswith("CHG003")
    assert result["opened_by"]["display_value"] == "System Administrator"


@pytest.mark.source("rest 8", "D")
def test_a_moment_is_shown_in_the_users_zone_and_stored_in_utc(chg):
    opened = made(chg)["opened_at"]
    assert set(opened) == {"display_value", "value", "display_value_internal"}
    assert opened["display_value"] != opened["value"]


@pytest.mark.source("rest 8", "D")
def test_fields_may_stand_in_the_address_as_well_as_in_the_body(chg):
    result = chg("POST", "/emergency", {"description": "x"}, short_description="Fire").json["result"]
    assert (result["short_description"]["value"], result["description"]["value"]) == ("Fire", "x")
    assert result["chg_model"]["display_value"] == "Emergency"


@pytest.mark.source("rest 8", "D")
def test_any_change_takes_the_model_it_is_given(chg):
    result = made(chg, "", chg_model=STANDARD_MODEL)
    assert result["type"]["value"] == "standard"


@pytest.mark.source("rest 8", "D")
def test_a_model_of_another_kind_than_the_addresss_makes_no_change(chg, api):
    """What is refused is not made."""
    answer = chg("POST", "/normal", {"short_description": "Both at once", "chg_model": "Emergency"})
    assert (answer.status_code, "model" in answer.json["error"]["message"]) == (400, True)
    assert api.rows("change_request", short_description="Both at once") == []


@pytest.mark.source("platform 5.3", "D")
def test_a_change_whose_type_is_changed_goes_through_that_types_states(chg):
    """In New a type may be edited; what the change may become next is what a change of that type may."""
    sys_id = made(chg)["sys_id"]["value"]
    changed = chg("PATCH", f"/{sys_id}", {"type": "emergency"}).json["result"]
    assert changed["chg_model"]["display_value"] == "Emergency"
    assert set(chg("GET", f"/{sys_id}/nextstates").json["result"]["available_states"]) == {"-3", "4", "-5"}
    assert chg("PATCH", f"/{sys_id}", {"state": "-4"}).status_code == 400
    assert chg("PATCH", f"/{sys_id}", {"chg_model": STANDARD_MODEL}).json["result"]["type"]["value"] == "standard"
    assert chg("PATCH", f"/{sys_id}", {"state": "-2"}).status_code == 200


@pytest.mark.source("rest 8", "D")
def test_a_standard_change_is_made_from_its_template(chg):
    template = chg("GET", "/standard/template").json["result"][0]
    sys_id = template["sys_id"]["value"]
    assert chg("GET", f"/standard/template/{sys_id}").json["result"]["name"] == template["name"]
    result = chg("POST", f"/standard/{sys_id}", {"description": "As always"}).json["result"]
    assert (result["type"]["value"], result["std_change_producer_version"]["value"]) == ("standard", sys_id)
    assert result["std_change_producer_version"]["display_value"] == template["name"]["value"]
    assert chg("POST", f"/standard/{'f' * 32}").status_code == 404


@pytest.mark.source("rest 8", "D")
def test_a_template_presets_what_is_not_given(chg):
    """Its values, references by name among them; what is given wins."""
    (template,) = chg("GET", "/standard/template", name="Replace a failed disk").json["result"]
    result = chg("POST", f"/standard/{template['sys_id']['value']}", {"risk": "2"}).json["result"]
    assert result["short_description"]["value"] == "Replace a failed disk"
    assert result["assignment_group"]["display_value"] == "Hardware"
    assert result["category"]["value"] == "Hardware"
    assert result["risk"]["value"] == 2


@pytest.mark.source("rest 8", "D")
def test_a_choice_may_be_given_by_its_label_and_a_model_by_its_name(chg):
    """``state=assess``, as the documentation has it."""
    change = chg("POST", "", {"chg_model": "Standard", "type": "Standard"}).json["result"]
    assert (change["type"]["value"], change["chg_model"]["value"]) == ("standard", STANDARD_MODEL)
    sys_id = made(chg)["sys_id"]["value"]
    assert chg("PATCH", f"/normal/{sys_id}", {}, state="assess").json["result"]["state"]["value"] == "-4"


@pytest.mark.source("rest 8", "D")
def test_a_change_is_found_under_its_own_kind_only(chg):
    sys_id = made(chg)["sys_id"]["value"]
    assert chg("GET", f"/normal/{sys_id}").status_code == 200
    assert chg("GET", f"/{sys_id}").json["result"]["sys_id"]["value"] == sys_id
    for method in ("GET", "PATCH", "DELETE"):
        answer = chg(method, f"/emergency/{sys_id}", {} if method == "PATCH" else None)
        assert (answer.status_code, answer.json["error"]["message"]) == (404, "No Record found")


def test_a_text_is_searched_in_each_group_of_a_query(chg):
    """Neither a further group nor a leading alternative gets around it."""
    wanted = made(chg, description="thimble in hay")["number"]["value"]
    other = made(chg, description="only hay")["number"]["value"]
    for query in (f"number={wanted}^NQnumber={other}", f"number={other}^NQnumber={wanted}"):
        found = chg("GET", "", sysparm_query=query, textSearch="thimble").json["result"]
        assert [each["number"]["value"] for each in found] == [wanted]


@pytest.mark.source("rest 8", "D")
def test_lists_are_filtered_ordered_searched_and_paged(chg):
    first, second = (made(chg, description="needle in hay")["number"]["value"] for _ in range(2))
    found = chg("GET", "/normal", textSearch="NEEDLE", order="number").json["result"]
    assert [each["number"]["value"] for each in found] == [first, second]
    assert [
        each["number"]["value"]
        for each in chg("GET", "", sysparm_query=f"numberIN{first},{second}^ORDERBYDESCnumber", sysparm_limit=1).json[
            "result"
        ]
    ] == [second]
    assert chg("GET", "/emergency", sysparm_query=f"number={first}^NQnumber={second}").json["result"] == []
    assert len(chg("GET", "", number=first).json["result"]) == 1


@pytest.mark.source("rest 8", "D")
def test_a_list_in_no_order_comes_by_number(chg):
    """Models have a name in place of a number."""
    numbers = [each["number"]["value"] for each in chg("GET", "").json["result"]]
    assert numbers == sorted(numbers)
    names = [each["name"]["value"] for each in chg("GET", "/model").json["result"]]
    assert names == sorted(names, key=str.lower)


@pytest.mark.source("rest 8", "D")
@pytest.mark.parametrize(("asked", "limit"), [("", 500), ("?sysparm_limit=", 500), ("?sysparm_limit=1000", 1000)])
def test_a_list_has_500_at_most_unless_more_are_asked_for(instance, asked, limit):
    with instance.test_request_context(f"/api/sn_chg_rest/change{asked}"):
        assert limit_of(asked_parameters()) == limit


@pytest.mark.source("rest 8", "D")
def test_no_query_gets_around_the_kind_or_the_change_in_the_address(chg):
    """Neither by a second group nor by an alternative at its beginning."""
    change, other = made(chg)["sys_id"]["value"], made(chg, "/emergency")["sys_id"]["value"]
    chg("POST", f"/{other}/task", {"short_description": "Plug it in"})
    for query in ("number=x^NQnumberISNOTEMPTY", "ORnumberISNOTEMPTY", "number=x^ORnumberISNOTEMPTY"):
        assert chg("GET", f"/{change}/task", sysparm_query=query).json["result"] == []
        kinds = chg("GET", "/emergency", sysparm_query=query).json["result"]
        assert {each["type"]["value"] for each in kinds} <= {"emergency"}


@pytest.mark.source("rest 8", "D")
def test_next_states_tell_transitions_and_their_conditions(chg):
    """The current state is among the available ones; what is on hold goes nowhere but to Canceled."""
    sys_id = made(chg)["sys_id"]["value"]
    result = chg("GET", f"/{sys_id}/nextstates").json["result"]
    assert set(result["available_states"]) == {"-4", "4", "-5"}
    assert result["state_label"] == {"-4": "Assess", "4": "Canceled", "-5": "New"}
    (assess,) = [way for (way,) in result["state_transitions"] if way["to_state"] == "-4"]
    assert (assess["from_state"], assess["transition_available"], assess["automatic_transition"]) == ("-5", True, False)
    assert assess["conditions"][0]["passed"] is True
    assert assess["conditions"][0]["condition"]["name"] == "Not On hold"
    chg("PATCH", f"/{sys_id}", {"on_hold": True, "on_hold_reason": "Parts missing"})
    held = chg("GET", f"/{sys_id}/nextstates").json["result"]
    assert set(held["available_states"]) == {"4", "-5"}


@pytest.mark.source("platform 4.2", "F")
def test_a_refused_write_has_the_apis_own_envelope(chg):
    """One message with what the rule says, an empty detail, and nothing changed."""
    sys_id = made(chg)["sys_id"]["value"]
    answer = chg("PATCH", f"/normal/{sys_id}", {"state": "0"})
    error = answer.json["error"]
    assert (answer.status_code, error["detail"], answer.json["status"]) == (400, "", "failure")
    assert error["message"].startswith(
        "Change Request record could not be updated. Operation against file 'change_request' was aborted by Business "
        "Rule 'Change Model: Check State Transition^"
    )
    assert chg("GET", f"/{sys_id}").json["result"]["state"]["value"] == "-5"


@pytest.mark.source("rest 8", "D")
def test_tasks_belong_to_their_change(chg):
    change, other = (made(chg)["sys_id"]["value"] for _ in range(2))
    task = chg("POST", f"/{change}/task", {"short_description": "Plug it in", "change_request": other}).json["result"]
    sys_id = task["sys_id"]["value"]
    assert task["change_request"]["value"] == change
    assert chg("GET", f"/{other}/task/{sys_id}").status_code == 404
    assert [each["sys_id"]["value"] for each in chg("GET", f"/{change}/task").json["result"]] == [sys_id]
    changed = chg("PATCH", f"/{change}/task/{sys_id}", {"state": "3", "nonsense": 1}).json["result"]
    assert (changed["state"]["value"], changed["active"]["value"]) == ("3", False)
    assert changed["__meta"] == {"ignoredFields": ["nonsense"]}
    assert chg("DELETE", f"/{change}/task/{sys_id}").status_code == 200
    assert chg("GET", f"/{change}/task").json["result"] == []


@pytest.mark.source("rest 8", "D")
def test_one_approves_what_one_is_asked_for(chg, make_user, api):
    """The approver's decision moves the change; nobody else's does, and no other word."""
    approver = make_user("itil")
    user = api.rows("sys_user", user_name=approver.auth[0])[0]["sys_id"]
    group = api.create("sys_user_group", name="Deciders")["sys_id"]
    api.create("sys_user_grmember", user=user, group=group)
    sys_id = made(chg, assignment_group=group)["sys_id"]["value"]
    chg("PATCH", f"/{sys_id}", {"state": "-4"})
    assert chg("PATCH", f"/{sys_id}/approvals", {"state": "approved"}).status_code == 400
    decide = caller_of(approver)
    assert decide("PATCH", f"/{sys_id}/approvals", {"state": "perhaps"}).status_code == 400
    result = decide("PATCH", f"/{sys_id}/approvals", {"state": "approved"}).json["result"]
    assert result["state"]["value"] == "approved"
    assert chg("GET", f"/{sys_id}").json["result"]["state"]["value"] == "-3"


@pytest.mark.source("platform 5.3", "D")
def test_a_change_that_was_approved_on_hold_goes_on_when_it_is_off_hold(chg, make_user, api):
    """The decision is the change's, though the hold keeps it where it is."""
    approver = make_user("change_manager")
    sys_id = made(chg, type="emergency", path="")["sys_id"]["value"]
    chg("PATCH", f"/{sys_id}", {"state": "-3", "on_hold": False})
    user = api.rows("sys_user", user_name=approver.auth[0])[0]["sys_id"]
    api.create("sysapproval_approver", sysapproval=sys_id, approver=user, state="requested")
    chg("PATCH", f"/{sys_id}", {"on_hold": True, "on_hold_reason": "A holiday"})
    assert caller_of(approver)("PATCH", f"/{sys_id}/approvals", {"state": "approved"}).status_code == 200
    held = chg("GET", f"/{sys_id}").json["result"]
    assert (held["state"]["value"], held["approval"]["value"]) == ("-3", "approved")
    chg("PATCH", f"/{sys_id}", {"on_hold": False})
    assert chg("PATCH", f"/{sys_id}", {"state": "-2"}).json["result"]["state"]["value"] == "-2"


def test_a_group_that_is_nobody_s_key_chooses_no_other_group(chg, make_user, api):
    """What stands in a reference is a value, whatever it would mean in a query."""
    member = make_user("itil")
    user = api.rows("sys_user", user_name=member.auth[0])[0]["sys_id"]
    group = api.create("sys_user_group", name="Bystanders")["sys_id"]
    api.create("sys_user_grmember", user=user, group=group)
    sys_id = made(chg, assignment_group="^NQname=Bystanders")["sys_id"]["value"]
    chg("PATCH", f"/{sys_id}", {"state": "-4"})
    asked = api.rows("sysapproval_approver", sysapproval=sys_id)
    assert asked
    assert user not in {each["approver"]["value"] for each in asked}


@pytest.mark.source("rest 8", "D")
def test_who_may_is_a_question_of_roles(chg, make_user):
    sys_id = made(chg)["sys_id"]["value"]
    reader, worker, nobody = (caller_of(make_user(*roles)) for roles in (("sn_change_read",), ("itil",), ()))
    assert reader("GET", f"/{sys_id}").status_code == 200
    for answer in (reader("PATCH", f"/{sys_id}", {}), worker("DELETE", f"/{sys_id}"), nobody("GET", "")):
        assert answer.status_code == 403
        assert answer.json["error"]["detail"] == "Failed API level ACL Validation"
    assert caller_of(make_user("change_manager"))("DELETE", f"/{sys_id}").status_code == 200
    assert chg("GET", f"/{sys_id}").status_code == 404


@pytest.mark.parametrize(
    "prefix", ["/api/sn_chg_rest/change", "/api/sn_chg_rest/v1/change", "/api/sn_chg_rest/v2/change"]
)
def test_every_version_answers_alike(chg, prefix):
    assert chg("GET", "/model", prefix=prefix, name="Standard").json["result"][0]["sys_id"]["value"] == STANDARD_MODEL
    assert chg("GET", f"/model/{STANDARD_MODEL}", prefix=prefix).json["result"]["name"]["value"] == "Standard"

"""How tasks behave: priority, states, closing, data policies, business rules, audit."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.errors import BusinessRuleAborted, DataPolicyRefused, PlatformError

CHECK = "Change Model: Check State Transition"
TICKET = "x_mioms_m365ticket_incident"


def make_change(records, **values) -> str:
    return str(records("change_request").insert({"short_description": "A change", **values}).sys_id)


def move(records, change: str, *states: str, **values) -> None:
    for state in states:
        records("change_request").update(change, {"state": state, **values})


def state_of(records, change: str) -> str:
    return str(records("change_request").get(change, ["state"]).value("state"))


def decide(records, change: str, decision: str) -> None:
    approval = records("sysapproval_approver").find(f"sysapproval={change}^state=requested")
    records("sysapproval_approver").update(approval.sys_id, {"state": decision})


@pytest.mark.source("platform 5.2", "D")
@pytest.mark.parametrize(
    ("impact", "urgency", "priority"),
    [(i, u, p) for (i, u), p in zip([(i, u) for i in "123" for u in "123"], "123234345", strict=True)],
)
def test_an_incidents_priority_follows_impact_and_urgency(records, impact, urgency, priority):
    """The matrix decides, whatever priority the writer names."""
    row = records("incident").insert({"impact": impact, "urgency": urgency, "priority": "1"})
    assert row.value("priority") == priority


def test_the_priority_matrix_is_data_that_an_administrator_changes(records):
    """An edited row of the matcher table decides from the next write on."""
    rule = records("dl_u_priority").find("impact=3^urgency=3")
    records("dl_u_priority").update(rule.sys_id, {"priority": "4"})
    assert records("incident").insert({}).value("priority") == "4"
    records("dl_u_priority").update(rule.sys_id, {"priority": "5"})
    assert records("incident").insert({}).value("priority") == "5"


@pytest.mark.parametrize(
    "values", [{"match_fields": "nonsense"}, {"set_fields": "priority,"}, {"matcher_table": "nowhere"}]
)
def test_a_data_lookup_that_makes_no_sense_does_nothing(records, values):
    """It used to take every request along."""
    lookup = records("dl_definition").find("source_table=incident")
    before = {element: lookup.value(element) for element in values}
    records("dl_definition").update(lookup.sys_id, values)
    assert records("incident").insert({"impact": "1", "urgency": "1", "priority": "4"}).value("priority") == "4"
    records("dl_definition").update(lookup.sys_id, before)
    assert records("incident").insert({"impact": "1", "urgency": "1", "priority": "4"}).value("priority") == "1"


@pytest.mark.parametrize(
    ("priority", "impact", "urgency"),
    [("1", "1", "1"), ("2", "1", "2"), ("3", "2", "2"), ("4", "2", "3"), ("5", "3", "3")],
)
def test_the_apps_rule_makes_the_priority_sent_the_priority_seen(records, priority, impact, urgency):
    """A before-rule of the scoped app sets impact and urgency from the priority that was chosen."""
    row = records(TICKET).insert({"priority": priority})
    assert [row.value(each) for each in ("priority", "impact", "urgency")] == [priority, impact, urgency]


def test_a_new_task_has_the_platforms_defaults(records):
    """What nobody gives is as recorded of a new change (platform 5.1, 5.3)."""
    change = records("change_request").get(make_change(records))
    wanted = {
        "state": "-5",
        "phase": "requested",
        "impact": "3",
        "urgency": "3",
        "priority": "4",
        "scope": "3",
        "approval": "not requested",
        "conflict_status": "Not Run",
        "escalation": "0",
        "upon_approval": "proceed",
        "upon_reject": "cancel",
        "active": "true",
        "type": "normal",
        "risk": "3",
        "category": "Other",
        "phase_state": "open",
    }
    assert {element: change.value(element) for element in wanted} == wanted
    assert change.display("chg_model") == "Normal"
    assert change.value("number") >= "CHG0030001"


@pytest.mark.source("platform 5.3", "C")
def test_an_illegal_jump_of_a_change_is_aborted_by_the_platforms_rule(records):
    """The refusal names the rule, and the record stays as it was."""
    change = make_change(records)
    with pytest.raises(BusinessRuleAborted) as refusal:
        move(records, change, "-1", short_description="Changed as well")
    rule = records("sys_script").find(f"name={CHECK}")
    assert refusal.value.detail == (
        f"Operation against file 'change_request' was aborted by Business Rule '{CHECK}^{rule.sys_id}'. "
        f"Business Rule Stack:{CHECK}"
    )
    row = records("change_request").get(change)
    assert (row.value("state"), row.value("short_description"), row.value("sys_mod_count")) == ("-5", "A change", "0")


@pytest.mark.source("platform 5.3", "D")
@pytest.mark.parametrize(
    ("kind", "first", "model"),
    [("normal", "-4", "Normal"), ("standard", "-2", "Standard"), ("emergency", "-3", "Emergency")],
)
def test_the_type_of_a_change_decides_where_it_goes_from_new(records, kind, first, model):
    """Normal is assessed, emergency authorized, standard scheduled at once."""
    change = make_change(records, type=kind)
    assert records("change_request").get(change).display("chg_model") == model
    for state in {"-4", "-3", "-2", "-1", "0"} - {first}:
        with pytest.raises(BusinessRuleAborted):
            move(records, change, state)
    move(records, change, first)
    assert state_of(records, change) == first


@pytest.mark.source("platform 5.3", "D")
def test_a_model_that_is_named_brings_its_type(records):
    """The Standard model's documented sys_id makes a standard change."""
    row = records("change_request").insert({"chg_model": "e55d0bfec343101035ae3f52c1d3ae49"})
    assert row.value("type") == "standard"


@pytest.mark.source("platform 5.3", "D")
def test_a_normal_change_lives_from_request_to_closing(records):
    """Approvals move it on, Implement brings two tasks, Review cancels them, Close asks for code and notes."""
    group = records("sys_user_group").find("name=Network").sys_id
    change = make_change(records, assignment_group=group)
    move(records, change, "-4")
    assert records("change_request").get(change).value("approval") == "requested"
    with pytest.raises(BusinessRuleAborted):
        move(records, change, "-2")
    decide(records, change, "approved")
    assert state_of(records, change) == "-3"
    with pytest.raises(BusinessRuleAborted):
        move(records, change, "-2")  # not approved yet
    decide(records, change, "approved")
    assert state_of(records, change) == "-2"
    assert records("change_request").get(change).value("approval") == "approved"
    move(records, change, "-1")
    tasks = records("change_task").query(f"change_request={change}^ORDERBYnumber").rows
    assert [task.value("short_description") for task in tasks] == ["Implement", "Post implementation testing"]
    move(records, change, "0")
    assert {records("change_task").get(task.sys_id).value("state") for task in tasks} == {"4"}
    with pytest.raises(DataPolicyRefused, match="The following fields are mandatory: Close code, Close notes"):
        move(records, change, "3")
    move(records, change, "3", close_code="successful", close_notes="Done")
    closed = records("change_request").get(change)
    assert (closed.value("active"), closed.display("closed_by")) == ("false", "System Administrator")
    assert closed.value("closed_at")
    for state in ("-5", "0", "4"):
        with pytest.raises(PlatformError):
            move(records, change, state, work_notes="Because")


def test_a_rejected_change_returns_to_new(records):
    """A rejection withdraws the other approvals."""
    change = make_change(records)
    move(records, change, "-4")
    decide(records, change, "rejected")
    row = records("change_request").get(change)
    assert (row.value("state"), row.value("approval")) == ("-5", "rejected")
    assert records("sysapproval_approver").find(f"sysapproval={change}^state=requested") is None


def test_a_change_is_canceled_with_a_reason_only(records):
    """The reason stands in the work notes."""
    change = make_change(records)
    with pytest.raises(DataPolicyRefused, match="mandatory: Work notes"):
        move(records, change, "4")
    move(records, change, "4", work_notes="Nobody needs it")
    records("change_request").update(change, {"description": "Later words need no further reason"})
    assert records("change_request").get(change).value("active") == "false"


def test_a_change_on_hold_goes_nowhere_but_to_canceled(records):
    change = make_change(records, on_hold="true", on_hold_reason="Waiting")
    with pytest.raises(BusinessRuleAborted):
        move(records, change, "-4")
    move(records, change, "4", work_notes="Given up")


def test_the_type_of_a_change_is_editable_in_new_only(records):
    change = make_change(records)
    records("change_request").update(change, {"type": "emergency"})
    records("change_request").update(change, {"type": "normal"})
    move(records, change, "-4")
    with pytest.raises(BusinessRuleAborted, match="Type is editable in New"):
        records("change_request").update(change, {"type": "standard"})


def test_switching_the_check_off_lets_a_change_jump(records):
    """The state model is enforced by a business rule like any other."""
    rule = records("sys_script").find(f"name={CHECK}").sys_id
    change = make_change(records)
    records("sys_script").update(rule, {"active": "false"})
    try:
        move(records, change, "0")
    finally:
        records("sys_script").update(rule, {"active": "true"})
    assert state_of(records, change) == "0"


@pytest.mark.source("rest 8", "F")
def test_an_illegal_jump_of_a_problem_changes_nothing_and_says_nothing(records):
    """Unlike a change's it is no error, and does not even count as an update."""
    problem = records("problem").insert({"short_description": "A problem"})
    row = records("problem").update(problem.sys_id, {"state": "106"})
    assert (row.value("state"), row.value("problem_state"), row.value("sys_mod_count")) == ("101", "101", "0")
    row = records("problem").update(problem.sys_id, {"state": "102"})
    assert (row.value("state"), row.value("problem_state"), row.value("sys_mod_count")) == ("102", "102", "1")


@pytest.mark.source("platform 5.2", "D")
@pytest.mark.parametrize("element", ["state", "incident_state"])
def test_state_and_incident_state_follow_each_other(records, element):
    made = records("incident").insert({"short_description": "x"})
    row = records("incident").update(made.sys_id, {element: "2"})
    assert (row.value("state"), row.value("incident_state")) == ("2", "2")


@pytest.mark.source("platform 5.2", "D")
def test_an_incident_is_resolved_closed_and_reopened(records):
    """Who and when is noted, and taken back when it is opened again."""
    made = records("incident").insert({"short_description": "x"}).sys_id
    with pytest.raises(DataPolicyRefused, match="mandatory: Resolution code, Close notes"):
        records("incident").update(made, {"state": "6"})
    row = records("incident").update(made, {"state": "6", "close_code": "User error", "close_notes": "Told so"})
    assert (row.display("resolved_by"), row.value("active")) == ("System Administrator", "true")
    assert row.value("resolved_at")
    row = records("incident").update(made, {"state": "7"})
    assert (row.display("closed_by"), row.value("active")) == ("System Administrator", "false")
    row = records("incident").update(made, {"state": "2"})
    assert (row.value("resolved_at"), row.value("closed_at"), row.value("active")) == ("", "", "true")
    assert row.value("reopen_count") == "1"


def test_awaiting_the_caller_asks_for_a_comment_and_ends_with_the_callers_own(gate, records):
    """Any other comment leaves the incident on hold."""
    caller = records("sys_user").find("user_name=abel.tuter")
    made = records("incident").insert({"caller_id": caller.sys_id}).sys_id
    with pytest.raises(DataPolicyRefused, match="mandatory: Additional comments"):
        records("incident").update(made, {"state": "3", "hold_reason": "1"})
    records("incident").update(made, {"state": "3", "hold_reason": "1", "comments": "Which printer?"})
    records("incident").update(made, {"comments": "Still waiting"})
    assert records("incident").get(made).value("state") == "3"
    himself = Caller(caller.sys_id, "abel.tuter", frozenset({"itil"}))
    role = records("sys_user_role").find("name=itil").sys_id
    grant = records("sys_user_has_role").insert({"user": caller.sys_id, "role": role, "state": "active"})
    gate.record("incident", himself).update(made, {"comments": "The red one"})
    records("sys_user_has_role").delete(grant.sys_id)
    row = records("incident").get(made)
    assert (row.value("state"), row.value("hold_reason")) == ("2", "")


@pytest.mark.source("platform 5.2", "D")
def test_a_caller_puts_an_incident_of_his_own_on_hold(records):
    """The comment that the wait begins with does not end it; the next one does."""
    himself = records("sys_user").find("user_name=admin").sys_id
    made = records("incident").insert({"caller_id": himself}).sys_id
    records("incident").update(made, {"state": "3", "hold_reason": "1", "comments": "I am asking at home"})
    assert records("incident").get(made).value("state") == "3"
    records("incident").update(made, {"comments": "It was the cat"})
    assert records("incident").get(made).value("state") == "2"


def test_every_changed_field_is_audited_and_so_is_what_a_rule_changed(records):
    """The bookkeeping fields are not; the update count stands beside each."""
    made = records("incident").insert({"short_description": "x"}).sys_id
    records("incident").update(made, {"state": "7", "close_code": "User error", "close_notes": "y"})
    found = records("sys_audit").query(f"documentkey={made}").rows
    changed = {row.value("fieldname") for row in found}
    assert {"state", "incident_state", "active", "closed_at", "close_code"} <= changed
    assert not changed & {"sys_updated_on", "sys_mod_count"}
    assert {row.value("record_checkpoint") for row in found} == {"1"}


@pytest.mark.source("rest 10", "C")
def test_a_deleted_record_leaves_a_trace_and_no_journal(records):
    made = records("incident").insert({"short_description": "x", "work_notes": "y"})
    records("incident").delete(made.sys_id)
    trace = records("sys_audit_delete").find(f"documentkey={made.sys_id}")
    assert (trace.value("tablename"), trace.value("display_value")) == ("incident", made.value("number"))
    assert records("sys_journal_field").find(f"element_id={made.sys_id}") is None


STATES = ("-5", "-4", "-3", "-2", "-1", "0", "3", "4")


@pytest.mark.attack("D19")
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["normal", "standard", "emergency"]),
    steps=st.lists(st.sampled_from([*STATES, "approve", "reject", "hold"]), min_size=1, max_size=12),
)
def test_d19_whatever_is_tried_a_change_walks_along_its_model(gate, records, kind, steps):
    """Each try either follows a transition whose conditions hold, or is refused and changes nothing."""
    change = make_change(records, type=kind)
    model = next(each for each in gate.snapshot().state_models.by_id.values() if each.name == kind.capitalize())
    legal = {(each.origin, each.target) for each in model.transitions} | {("-4", "-3"), ("-3", "-2")}
    for step in steps:
        before = records("change_request").get(change)
        refusal = refusal_of(records, change, before, step)
        after = records("change_request").get(change)
        if refusal is not None:
            assert refusal.status == 403
            assert after.values == before.values
        was, now = before.value("state"), after.value("state")
        assert was == now or (was, now) in legal or (step == "reject" and now == "-5")
        assert after.value("active") == str(now not in {"3", "4"}).lower()


def refusal_of(records, change: str, before, step: str) -> PlatformError | None:
    """Try one step; return how it was refused."""
    try:
        if step == "hold":
            records("change_request").update(change, {"on_hold": str(before.value("on_hold") == "false").lower()})
        elif step in STATES:
            words = {"work_notes": "x", "close_code": "successful", "close_notes": "y"}
            records("change_request").update(change, {"state": step, **words})
        elif records("sysapproval_approver").find(f"sysapproval={change}^state=requested") is not None:
            decide(records, change, {"approve": "approved", "reject": "rejected"}[step])
    except PlatformError as refusal:
        return refusal
    return None

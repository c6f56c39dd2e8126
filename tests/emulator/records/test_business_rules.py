"""Business rules as records: conditions, values, aborts, before and after the row is written."""

import pytest
from ticketlab.emulator.errors import BusinessRuleAborted

RULE = {"name": "A rule", "collection": "incident", "active": "true", "action_insert": "true", "action_update": "true"}


@pytest.fixture
def with_rule(records):
    """Makes business rules that are gone after the test."""
    made = []

    def make(**values):
        made.append(records("sys_script").insert({**RULE, **values}).sys_id)

    yield make
    for each in made:
        records("sys_script").delete(each)


@pytest.mark.parametrize(
    ("condition", "values", "aborts"),
    [
        ("short_descriptionLIKEfire", {"short_description": "On FIRE"}, True),
        ("short_descriptionLIKEfi_e", {"short_description": "On fire"}, False),
        ("priority<3^category=network", {"impact": "1", "urgency": "1", "category": "network"}, False),
        ("impact=1^urgency=1^category=network", {"impact": "1", "urgency": "1", "category": "network"}, True),
        ("categoryINnetwork,database^ORimpact=1", {"category": "database"}, True),
        ("caller_id.active=true", {"caller_id": "abel.tuter"}, True),
        ("caller_id.department.name=Finance", {"caller_id": "abel.tuter"}, False),
        ("assigned_to=javascript:gs.getUserID()", {"assigned_to": "admin"}, True),
        ("no_such_field=1", {}, False),
        ("active=true^NQshort_descriptionISEMPTY", {}, True),
        ("description!=x", {}, False),
        ("descriptionNOT LIKEx", {}, True),
        ("sys_class_nameINSTANCEOFincident", {}, True),
    ],
)
def test_a_rules_condition_is_asked_of_the_record_that_is_to_be_written(records, with_rule, condition, values, aborts):
    """As an encoded query would find it, but before it is there; data lookups come after it."""
    with_rule(filter_condition=condition, abort_action="true")
    refused = False
    try:
        records("incident").insert({"short_description": "x", **values})
    except BusinessRuleAborted:
        refused = True
    assert refused == aborts


def test_conditions_know_what_a_record_was(records, with_rule):
    """VALCHANGES, CHANGESFROM and CHANGESTO compare with what is stored."""
    with_rule(filter_condition="categoryCHANGESFROMnetwork^categoryCHANGESTOdatabase", abort_action="true")
    made = records("incident").insert({"category": "network"}).sys_id
    records("incident").update(made, {"description": "other field"})
    with pytest.raises(BusinessRuleAborted):
        records("incident").update(made, {"category": "database"})
    records("incident").update(made, {"category": "software"})
    records("incident").update(made, {"category": "database"})


def test_a_before_rule_sets_values_that_are_stored_with_the_record(records, with_rule):
    with_rule(template="category=hardware^assigned_to=javascript:gs.getUserID()^work_notes=Set by a rule", order="50")
    row = records("incident").insert({"category": "network"})
    assert (row.value("category"), row.display("assigned_to")) == ("hardware", "System Administrator")
    assert "Set by a rule" in records("incident").get(row.sys_id, displayed=True).display("work_notes")


def test_rules_run_in_their_order_and_a_later_one_sees_what_an_earlier_one_set(records, with_rule):
    with_rule(template="category=hardware", order="10")
    with_rule(filter_condition="category=hardware", template="subcategory=cpu", order="20")
    assert records("incident").insert({"category": "network"}).value("subcategory") == "cpu"


def test_an_after_rule_that_aborts_undoes_the_write(records, with_rule):
    with_rule(when="after", filter_condition="short_description=after", abort_action="true")
    before = records("incident").query(count=True, limit=1).total
    with pytest.raises(BusinessRuleAborted):
        records("incident").insert({"short_description": "after"})
    assert records("incident").query(count=True, limit=1).total == before


def test_a_delete_rule_keeps_what_matches_it(records, with_rule):
    made = records("incident").insert({"category": "database"}).sys_id
    with_rule(action_insert="false", action_update="false", action_delete="true", abort_action="true")
    with pytest.raises(BusinessRuleAborted):
        records("incident").delete(made)
    assert records("incident").get(made).value("category") == "database"


def test_a_script_that_is_not_known_here_is_kept_and_never_run(records, with_rule):
    with_rule(script="current.setAbortAction(true);")
    assert records("incident").insert({}).value("state") == "1"


@pytest.mark.parametrize("when", ["before", "after"])
def test_no_rule_makes_another_record_of_the_one_that_is_written(shared_instance, with_rule, when):
    """What a rule sets are fields; the record keeps its sys_id and its class, and can be found by them."""
    with_rule(when=when, template=f"sys_id={'a' * 32}^sys_class_name=problem^category=network")
    client, auth = shared_instance.test_client(), ("admin", "admin")
    for _twice in range(2):
        answer = client.post("/api/now/table/incident", json={"short_description": "Itself"}, auth=auth)
        assert answer.status_code == 201, answer.text
        made = answer.json["result"]
        assert (made["sys_class_name"], made["category"]) == ("incident", "network")
        assert made["sys_id"] != "a" * 32
        changed = client.patch(f"/api/now/table/incident/{made['sys_id']}", json={"urgency": "1"}, auth=auth)
        assert (changed.status_code, changed.json["result"]["sys_id"]) == (200, made["sys_id"])

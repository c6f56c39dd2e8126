"""The gate: what each kind of caller reads and writes, and what the instance keeps of it."""

import pytest
from ticketlab.emulator.access.caller import Caller, Channel
from ticketlab.emulator.errors import (
    AclRefused,
    BusinessRuleAborted,
    DataPolicyRefused,
    InvalidTable,
    NoRecordFound,
    RequestUnreadable,
    ScopeRefused,
    WebServiceRefused,
)
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

APP_SCOPE = "x_mioms_m365ticket"


@pytest.fixture
def gate(instance) -> Gate:
    return part_of(instance, Gate)


def person(gate: Gate, user_name: str, channel: Channel = Channel.REST) -> Caller:
    user = gate.record("sys_user", Caller.system()).find(f"user_name={user_name}")
    return Caller(user.sys_id, user_name, gate.roles_of(user.sys_id), channel=channel, transaction="00ff00ff00ff")


@pytest.fixture
def admin(gate) -> Caller:
    return person(gate, "admin")


@pytest.fixture
def nobody(gate, admin) -> Caller:
    """Somebody with an account and no role at all."""
    gate.record("sys_user", Caller.system()).insert({"user_name": "plain.person", "active": True})
    return person(gate, "plain.person")


def test_a_created_record_has_a_number_defaults_and_its_author(gate, admin):
    row = gate.record("incident", admin).insert({"short_description": "The printer is on fire"})
    assert row.value("number").startswith("INC00")
    assert row.value("state") == "1"
    assert row.display("state") == "New"
    assert row.value("sys_created_by") == "admin"
    assert row.value("sys_mod_count") == "0"


def test_numbers_follow_one_another_and_never_repeat(gate, admin):
    incidents = gate.record("incident", admin)
    numbers = [incidents.insert({}).value("number") for _ in range(5)]
    assert numbers == sorted(set(numbers))


def test_a_childs_row_is_found_through_its_parent_table(gate, admin):
    row = gate.record("x_mioms_m365ticket_change_request", admin).insert({"short_description": "Require MFA"})
    found = gate.record("change_request", admin).get(row.sys_id)
    assert found.table == "x_mioms_m365ticket_change_request"
    assert found.display("sys_class_name") == "Microsoft 365 Security and Configuration Change Request"


def test_only_changed_values_count_as_a_change(gate, admin):
    incidents = gate.record("incident", admin)
    row = incidents.insert({"short_description": "a"})
    assert incidents.update(row.sys_id, {"short_description": "a"}).value("sys_mod_count") == "0"
    assert incidents.update(row.sys_id, {"short_description": "b"}).value("sys_mod_count") == "1"


@pytest.mark.source("platform 5.4", "F")
def test_a_work_note_is_appended_and_read_newest_first(gate, admin):
    incidents = gate.record("incident", admin)
    row = incidents.insert({"short_description": "a", "work_notes": "first"})
    incidents.update(row.sys_id, {"work_notes": "second"})
    read = incidents.get(row.sys_id, displayed=True)
    assert read.value("work_notes") == ""
    assert "first" in read.display("work_notes")
    assert "System Administrator (Work notes)" in read.display("work_notes")


def test_what_the_platform_keeps_is_not_for_callers_to_write(gate, admin):
    row = gate.record("incident", admin).insert({"sys_id": "f" * 32, "number": "INC1", "sys_created_by": "mallory"})
    assert row.sys_id != "f" * 32
    assert row.value("number") != "INC1"
    assert row.value("sys_created_by") == "admin"


@pytest.mark.source("platform 2.4", "C")
def test_an_unknown_choice_is_dropped_in_silence(gate, admin):
    assert gate.record("incident", admin).insert({"state": "42"}).value("state") == "1"


def test_text_that_no_database_may_hold_is_refused_and_nothing_is_written(gate, admin):
    incidents = gate.record("incident", admin)
    before = incidents.query(count=True).total
    for bad in ("nul\0", "half \ud800"):
        with pytest.raises(RequestUnreadable):
            incidents.insert({"short_description": bad})
    assert incidents.query(count=True).total == before


def test_an_unknown_table_is_refused_by_its_name(gate, admin):
    with pytest.raises(InvalidTable, match="Invalid table not_a_table"):
        gate.record("not_a_table", admin).query()


@pytest.mark.source("rest 1 Denial without error", "meas")
def test_a_reader_without_rights_sees_an_empty_list_with_the_total_of_all(gate, nobody):
    page = gate.record("incident", nobody).query(count=True)
    assert list(page.rows) == []
    assert page.total > 0


def test_a_hidden_record_looks_like_a_missing_one(gate, admin, nobody):
    row = gate.record("incident", admin).insert({})
    with pytest.raises(NoRecordFound):
        gate.record("incident", nobody).get(row.sys_id)
    with pytest.raises(NoRecordFound):
        gate.record("incident", nobody).update(row.sys_id, {"short_description": "x"})
    with pytest.raises(NoRecordFound):
        gate.record("incident", nobody).delete(row.sys_id)


def test_a_writer_without_rights_is_refused_and_the_decision_names_the_rule(gate, nobody):
    with pytest.raises(AclRefused, match="ACL Exception Insert Failed due to security constraints"):
        gate.record("change_request", nobody).insert({"short_description": "x"})
    decisions = gate.log.of("00ff00ff00ff")
    assert decisions[-1].outcome == "refused"
    assert decisions[-1].record.startswith("sys_security_acl.")


@pytest.mark.source("rest 3", "C")
def test_a_journal_list_holds_no_entry_that_its_own_journal_hides(gate, admin):
    """Who may not read work notes reads the comments alone; comments_and_work_notes is no way around."""
    system = Caller.system()
    rule = gate.record("sys_security_acl", system).insert({"name": "incident.work_notes", "operation": "read"})
    role = gate.record("sys_user_role", system).insert({"name": "reads_work_notes"}).sys_id
    gate.record("sys_security_acl_role", system).insert({"sys_security_acl": rule.sys_id, "sys_user_role": role})
    made = gate.record("incident", admin).insert({"work_notes": "not for all", "comments": "for all"})
    user = gate.record("sys_user", system).insert({"user_name": "an.itil", "active": True}).sys_id
    itil = gate.record("sys_user_role", system).find("name=itil").sys_id
    gate.record("sys_user_has_role", system).insert({"user": user, "role": itil, "state": "active"})

    def shown(caller: Caller) -> str:
        return gate.record("incident", caller).get(made.sys_id, displayed=True).display("comments_and_work_notes")

    assert "for all" in shown(person(gate, "an.itil"))
    assert "not for all" not in shown(person(gate, "an.itil"))
    assert "not for all" in shown(admin)


def table_record(gate: Gate, name: str) -> str:
    return gate.record("sys_db_object", Caller.system()).find(f"name={name}").sys_id


@pytest.mark.source("platform 3 layer a read", "D")
@pytest.mark.parametrize("broken", [{"access": "package_private"}, {"read_access": False}])
def test_an_edited_application_access_bites_the_app_and_mending_it_cures(gate, admin, broken):
    tables = gate.record("sys_db_object", person(gate, "admin", Channel.PAGE))
    entities = gate.record("oauth_entity", admin.as_scope(APP_SCOPE))
    entities.query()
    sys_id = table_record(gate, "oauth_entity")
    tables.update(sys_id, broken)
    with pytest.raises(ScopeRefused) as refusal:
        entities.query()
    assert refusal.value.message == (
        "Read operation against 'oauth_entity' from scope 'x_mioms_m365ticket' has been refused due to the table's "
        "cross-scope access policy"
    )
    tables.update(sys_id, {"access": "public", "read_access": True})
    entities.query()


def test_web_service_access_closes_the_rest_api_alone(gate, admin):
    sys_id = table_record(gate, "change_request")
    gate.record("sys_db_object", person(gate, "admin", Channel.PAGE)).update(sys_id, {"ws_access": False})
    with pytest.raises(WebServiceRefused):
        gate.record("x_mioms_m365ticket_change_request", admin).query()
    gate.record("change_request", person(gate, "admin", Channel.PAGE)).query()


def test_a_data_policy_of_the_parent_binds_its_child(gate, admin):
    system = Caller.system()
    policy = gate.record("sys_data_policy2", system).insert({"model_table": "change_request", "active": True})
    gate.record("sys_data_policy_rule", system).insert(
        {"sys_data_policy": policy.sys_id, "field": "justification", "mandatory": "true"}
    )
    with pytest.raises(DataPolicyRefused, match="The following fields are mandatory: Justification"):
        gate.record("x_mioms_m365ticket_change_request", admin).insert({"short_description": "x"})
    gate.record("x_mioms_m365ticket_change_request", admin).insert({"justification": "because"})


def test_an_aborting_business_rule_undoes_the_write(gate, admin):
    rule = gate.record("sys_script", Caller.system()).insert(
        {
            "name": "No more incidents",
            "collection": "incident",
            "when": "before",
            "action_insert": True,
            "abort_action": True,
            "active": True,
            "filter_condition": "short_descriptionLIKEfire",
        }
    )
    incidents = gate.record("incident", admin)
    before = incidents.query(count=True).total
    with pytest.raises(BusinessRuleAborted) as refusal:
        incidents.insert({"short_description": "on fire"})
    assert refusal.value.detail == (
        f"Operation against file 'incident' was aborted by Business Rule 'No more incidents^{rule.sys_id}'. "
        "Business Rule Stack:No more incidents"
    )
    assert incidents.query(count=True).total == before


def test_a_second_ticket_with_the_same_correlation_is_refused_as_by_a_business_rule(gate, admin):
    tickets = gate.record("x_mioms_m365ticket_change_request", admin)
    tickets.insert({"correlation_id": "one"})
    with pytest.raises(BusinessRuleAborted, match="Unique correlation"):
        tickets.insert({"correlation_id": "one"})
    gate.record("incident", admin).insert({"correlation_id": "one"})
    gate.record("incident", admin).insert({"correlation_id": "one"})


def test_x07_a_role_given_or_taken_bites_with_the_next_request(gate, nobody):
    system = Caller.system()
    role = gate.record("sys_user_role", system).find("name=itil")
    grant = gate.record("sys_user_has_role", system).insert(
        {"user": nobody.user, "role": role.sys_id, "state": "active"}
    )
    incidents = gate.record("incident", person(gate, "plain.person"))
    row = incidents.insert({"short_description": "mine"})
    gate.record("sys_user_has_role", system).delete(grant.sys_id)
    with pytest.raises((AclRefused, NoRecordFound)):
        incidents.update(row.sys_id, {"short_description": "still mine"})


def test_several_writes_of_a_transaction_stand_or_fall_together(gate, admin):
    made = []

    def half_a_story() -> None:
        with gate.transaction() as transaction:
            incidents = gate.record("incident", admin, transaction)
            made.append(incidents.insert({"short_description": "half"}).sys_id)
            incidents.get(made[0])
            incidents.delete("0" * 32)

    with pytest.raises(NoRecordFound):
        half_a_story()
    with pytest.raises(NoRecordFound):
        gate.record("incident", admin).get(made[0])


def test_a_changed_field_of_a_task_is_audited(gate, admin):
    row = gate.record("incident", admin).insert({"short_description": "a"})
    gate.record("incident", admin).update(row.sys_id, {"short_description": "b"})
    audit = gate.record("sys_audit", admin).find(f"documentkey={row.sys_id}^fieldname=short_description")
    assert (audit.value("oldvalue"), audit.value("newvalue")) == ("a", "b")


@pytest.mark.sqlite
def test_a_read_writes_nothing_to_the_records_database(gate, admin, instance):
    from ticketlab.emulator.database import db

    gate.record("incident", admin).query()
    with instance.app_context(), db.engine.connect() as connection:
        before = connection.exec_driver_sql("PRAGMA data_version").scalar()
        gate.record("incident", admin).query("priority=1", count=True)
        assert connection.exec_driver_sql("PRAGMA data_version").scalar() == before

"""What a write answers with, mostly without reading the record again: it must be what a reader gets."""

from datetime import UTC, datetime

import pytest
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.records.row import Row

MOMENT = datetime(2020, 10, 5, 12, 30, 15, 999_999, tzinfo=UTC)


def told(row: Row) -> dict[str, object]:
    return {path: row.native(path) for path in row.fields}


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("change_request", {"short_description": "Require MFA", "priority": "2", "start_date": MOMENT, "made_up": "x"}),
        ("change_request", {"state": "-5", "comments": "an entry", "assigned_to": "admin", "risk": "nonsense"}),
        ("incident", {"impact": "1", "urgency": "1", "caller_id": "", "due_date": "2020-10-05 25:00:00"}),
        ("sys_user", {"first_name": "Ada", "last_name": "Byron", "user_name": "ada.byron", "active": "1"}),
        ("cmdb_ci_computer", {"name": "Analytical engine", "disk_space": "12.50"}),
    ],
)
def test_a_new_record_is_answered_as_it_is_read(records, table, values):
    row = records(table).insert(values, named=False)
    assert told(row) == told(records(table).get(row.sys_id, named=False))


@pytest.mark.parametrize("values", [{"priority": "1"}, {}, {"state": "2"}, {"closed_at": MOMENT, "description": ""}])
def test_a_changed_record_is_answered_as_it_is_read(records, values):
    row = records("incident").insert({"short_description": "Paper jam", "description": "Again"})
    changed = records("task").update(row.sys_id, values, named=False)
    assert (changed.table, changed.sys_id) == ("incident", row.sys_id)
    assert told(changed) == told(records("task").get(row.sys_id, named=False))


def test_what_a_rule_changes_behind_the_write_is_in_its_answer(records):
    """Asking for approval writes further records, whose own rules may lead back to this one."""
    change = records("change_request").insert({"short_description": "Upgrade", "type": "normal"})
    asked = records("change_request").update(change.sys_id, {"state": "-4"}, named=False)
    assert asked.native("approval") == "requested"
    assert told(asked) == told(records("change_request").get(change.sys_id, named=False))


def test_whoever_may_write_and_not_read_is_told_the_sys_id_alone(gate: Gate):
    system = Caller.system()
    rule = {"name": "u_letter", "operation": "read", "type": "record", "active": True}
    gate.record("sys_db_object", system).insert({"name": "u_letter", "label": "Letter"})
    made = gate.record("sys_security_acl", system).insert(rule)
    role = gate.record("sys_user_role", system).insert({"name": "u_letter_reader"})
    gate.record("sys_security_acl_role", system).insert({"sys_security_acl": made.sys_id, "sys_user_role": role.sys_id})
    gate.record("sys_security_acl", system).insert(rule | {"operation": "create"})
    person = gate.record("sys_user", system).insert({"user_name": "writer"})
    writer = Caller(person.sys_id, "writer", frozenset())
    row = gate.record("u_letter", writer).insert({}, named=False)
    assert row.sys_id
    assert not row.fields

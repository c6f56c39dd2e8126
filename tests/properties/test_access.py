"""The explanation of what somebody may do agrees with what the gate then does."""

import random
from dataclasses import dataclass
from typing import Any, NoReturn

import pytest
from ticketlab.emulator.access.caller import Caller, Channel
from ticketlab.emulator.errors import (
    AclRefused,
    BusinessRuleAborted,
    DataPolicyRefused,
    PlatformError,
)
from ticketlab.emulator.records.explain import Answer, Explanation, Question, explain
from ticketlab.emulator.records.gate import Gate, Transaction
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.web.parts import part_of

SYSTEM = Caller.system()
APP = "x_mioms_m365ticket"
WRITABLE = (
    "incident",
    "change_request",
    "task",
    "problem",
    "sys_user",
    "oauth_entity",
    "x_mioms_m365ticket_incident",
    "sys_properties",
    "core_company",
    "sys_security_acl",
)
READABLE = (*WRITABLE, "sys_choice", "sys_db_object", "sys_audit", "no_such_table")
FIELDS = ("", "", "short_description", "description", "number", "label", "name", "title", "caller_id.title", "nonsense")
PEOPLE = {
    "nobody.atall": (),
    "fulfiller": ("itil",),
    "boss": ("itil_admin", "user_admin"),
    "integrator": ("x_mioms_m365ticket.integration",),
    "registrar": ("oauth_admin", "personalize_choices"),
}
RULES: tuple[dict[str, Any], ...] = (
    {"name": "incident", "operation": "write", "condition": "priority=1", "_role": "x_mioms_m365ticket.integration"},
    {"name": "incident.description", "operation": "read", "condition": "state=1"},
    {"name": "task.description", "operation": "write", "_role": "itil_admin"},
    {"name": "incident.short_description", "operation": "write", "condition": "priority=5"},
    {"name": "problem", "operation": "delete", "_role": "problem_admin", "admin_overrides": False},
    {"name": "problem", "operation": "read", "script": "is_interactive"},
    {"name": "change_request", "operation": "read", "script": "is_own_record"},
    {"name": "core_company", "operation": "create", "condition": "nameISNOTEMPTY"},
    {"name": "core_company.name", "operation": "read", "script": "is_nobody", "admin_overrides": False},
    {"name": "sys_user.title", "operation": "write", "script": "is_own_record"},
)

VALUES: tuple[dict[str, object], ...] = (
    {},
    {"short_description": "other", "description": "other"},
    {"short_description": "stop here", "name": "other"},
    {"state": "6", "short_description": "other"},
    {"state": "6", "close_code": "Solution provided", "close_notes": "Done", "label": "other"},
    {"priority": "1", "impact": "1", "urgency": "1", "number": "X1", "title": "other"},
    {"nonsense": "other", "name": "other", "description": ""},
)
"""What is written in a question that gives values."""


class Undo(Exception):
    """Leave the database as it was."""


def undo() -> NoReturn:
    raise Undo


@dataclass(frozen=True)
class World:
    gate: Gate
    callers: tuple[Caller, ...]
    records: dict[str, list[str]]


@pytest.fixture(scope="module")
def world():
    instance = make_instance()
    gate = part_of(instance, Gate)
    roles = {row.value("name"): row.sys_id for row in gate.record("sys_user_role", SYSTEM).query().rows}
    _make_rules(gate, roles)
    people = [_make_person(gate, name, [roles[each] for each in given]) for name, given in PEOPLE.items()]
    admin = gate.record("sys_user", SYSTEM).find("user_name=admin")
    people.append(Caller(admin.sys_id, "admin"))
    yield World(gate, tuple(_ways(gate, people)), _records(gate))
    close(instance)


def _make_rules(gate: Gate, roles: dict[str, str]) -> None:
    for rule in RULES:
        made = gate.record("sys_security_acl", SYSTEM).insert({k: v for k, v in rule.items() if k != "_role"})
        if "_role" in rule:
            given = {"sys_security_acl": made.sys_id, "sys_user_role": roles[rule["_role"]]}
            gate.record("sys_security_acl_role", SYSTEM).insert(given)
    stop = {"name": "Stop", "collection": "task", "when": "before", "filter_condition": "short_descriptionLIKEstop"}
    flags = {"action_insert": True, "action_update": True, "abort_action": True, "active": True}
    gate.record("sys_script", SYSTEM).insert({**stop, **flags})
    keep = {"name": "Keep", "collection": "core_company", "when": "before", "filter_condition": "nameSTARTSWITHA"}
    gate.record("sys_script", SYSTEM).insert({**keep, "action_delete": True, "abort_action": True, "active": True})
    policy = {"short_description": "Say why", "model_table": "problem", "conditions": "priority=1", "active": True}
    made = gate.record("sys_data_policy2", SYSTEM).insert(policy)
    mandatory = {"sys_data_policy": made.sys_id, "table": "problem", "field": "description", "mandatory": True}
    gate.record("sys_data_policy_rule", SYSTEM).insert(mandatory)
    _change(gate, "sys_scope", f"scope={APP}", runtime_access_tracking="enforcing")
    _change(gate, "sys_db_object", "name=problem", caller_access="2", create_access=True)
    _change(gate, "sys_db_object", "name=change_request", ws_access=False)
    _change(gate, "sys_db_object", "name=oauth_entity", read_access=False)
    scopes = {row.value("scope"): row.sys_id for row in gate.record("sys_scope", SYSTEM).query().rows}
    for table in ("incident", "sys_user", "task"):
        for operation in ("read", "write"):
            given = {"source_scope": scopes[APP], "target_scope": scopes["global"], "target_name": table}
            gate.record("sys_scope_privilege", SYSTEM).insert({**given, "operation": operation, "status": "allowed"})


def _change(gate: Gate, table: str, query: str, **values: object) -> None:
    gate.record(table, SYSTEM).update(gate.record(table, SYSTEM).find(query).sys_id, values)


def _make_person(gate: Gate, name: str, roles: list[str]) -> Caller:
    made = gate.record("sys_user", SYSTEM).insert({"user_name": name, "active": True})
    for role in roles:
        gate.record("sys_user_has_role", SYSTEM).insert({"user": made.sys_id, "role": role, "state": "active"})
    return Caller(made.sys_id, name)


def _ways(gate: Gate, people: list[Caller]) -> list[Caller]:
    """Everybody by every channel, as the code of the app, and the admin with an elevated session."""
    ways = []
    for person in people:
        roles = gate.roles_of(person.user)
        ways += [Caller(person.user, person.user_name, roles, channel=each) for each in (Channel.REST, Channel.PAGE)]
        ways.append(ways[-1].as_scope(APP))
    raised = frozenset({"security_admin"})
    ways.append(Caller(people[-1].user, "admin", gate.roles_of(people[-1].user, raised), elevated=raised))
    return ways


def _records(gate: Gate) -> dict[str, list[str]]:
    return {
        table: [row.sys_id for row in gate.record(table, SYSTEM).query(fields=("sys_id",), limit=40).rows]
        for table in READABLE
        if table != "no_such_table"
    }


def ask(world: World, chance: random.Random) -> tuple[Caller, Question]:
    caller = chance.choice(world.callers)
    operation = chance.choice(("read", "read", "write", "create", "delete"))
    table = chance.choice(READABLE if operation == "read" else WRITABLE)
    known = world.records.get(table) or ["0" * 32]
    record = chance.choice([*known[:20], "f" * 32]) if operation != "create" else ""
    if operation == "read" and chance.random() < 0.3:
        record = ""
    field = chance.choice(FIELDS) if operation != "delete" else ""
    if operation in {"write", "create"} and chance.random() < 0.5:
        values = dict(chance.choice(VALUES))
        return caller, Question(table, operation, record, chance.choice(["", *values]), values)
    return caller, Question(table, operation, record, field if operation == "read" or "." not in field else "")


def check(gate: Gate, caller: Caller, question: Question) -> None:
    explanation = explain(gate, caller, question)
    refusal = enforce(gate, caller, question, explanation)
    if question.can_be_tried:
        assert explanation.answer in {Answer.ALLOWED, Answer.DROPPED, Answer.REFUSED}, question
        told = explanation.refusal
        assert (type(told), str(told)) == (type(refusal), str(refusal)), (question, caller)
        return
    if isinstance(refusal, BusinessRuleAborted | DataPolicyRefused):
        assert explanation.rules
    elif refusal is not None and explanation.answer is Answer.SOME and question.operation == "create":
        assert isinstance(refusal, AclRefused)
    elif refusal is not None:
        assert explanation.answer is Answer.REFUSED, (question, caller, explanation, refusal)
        told = explanation.refusal
        assert (type(told), str(told)) == (type(refusal), str(refusal)), (question, caller)


def enforce(gate: Gate, caller: Caller, question: Question, explanation: Explanation) -> PlatformError | None:
    """Do it, compare what was done, and undo it; return the refusal."""
    try:
        with gate.transaction() as transaction:
            _compare(gate, transaction, caller, question, explanation)
            undo()
    except Undo:
        return None
    except PlatformError as refusal:
        return refusal


def _compare(
    gate: Gate, transaction: Transaction, caller: Caller, question: Question, explanation: Explanation
) -> None:
    records = gate.record(question.table, caller, transaction)
    if question.operation == "read":
        _compare_read(records, question, explanation.answer)
        return
    if question.operation == "create":
        row = records.insert(_given(question, "other"))
        _compare_value(gate, transaction, row.sys_id, question, explanation.answer, "")
    elif question.operation == "delete":
        records.delete(question.record)
    else:
        before = _value(gate, transaction, question, question.record)
        records.update(question.record, _given(question, f"{before}x"))
        _compare_value(gate, transaction, question.record, question, explanation.answer, before)
    assert explanation.answer is not Answer.REFUSED, (question, caller, explanation)


def _given(question: Question, otherwise: str) -> dict[str, object]:
    if question.values is not None:
        return dict(question.values)
    return {question.field: otherwise} if question.field else {}


def _compare_read(records: Any, question: Question, answer: Answer) -> None:
    asked = [question.field or "sys_id"]
    if question.record:
        row = records.get(question.record, asked)
        shows = not question.field or question.field in row.values
        assert answer is (Answer.ALLOWED if shows else Answer.HIDDEN), question
        return
    rows = records.query("", fields=asked, limit=100).rows
    shown = [row for row in rows if not question.field or question.field in row.values]
    assert answer is not Answer.REFUSED, question
    if answer is Answer.HIDDEN:
        assert not shown, question
    if answer is Answer.ALLOWED:
        assert len(shown) == len(rows), question


def _value(gate: Gate, transaction: Transaction, question: Question, sys_id: str) -> str:
    row = gate.record(question.table, SYSTEM, transaction).find(f"sys_id={sys_id}")
    return row.value(question.field) if row else ""


def _compare_value(
    gate: Gate, transaction: Transaction, sys_id: str, question: Question, answer: Answer, before: str
) -> None:
    if not question.field or question.values is not None:
        _check_dropped(gate, transaction, sys_id, question, answer, before)
        return
    after = _value(gate, transaction, question, sys_id)
    if answer is Answer.DROPPED:
        assert after != f"{before}x", question
        assert after != "other", question
    elif answer is Answer.ALLOWED:
        assert after != before, question


def _check_dropped(
    gate: Gate, transaction: Transaction, sys_id: str, question: Question, answer: Answer, before: str
) -> None:
    """A value that is said to be dropped did not get into the record."""
    if question.field and answer is Answer.DROPPED:
        after = _value(gate, transaction, question, sys_id)
        given = str((question.values or {}).get(question.field))
        assert after == before or after != given, question


def run(world: World, seed: int, questions: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    answers = set()
    for _ in range(questions):
        caller, question = ask(world, chance)
        check(world.gate, caller, question)
        answers.add(explain(world.gate, caller, question).answer)
    assert answers == set(Answer)


@pytest.mark.attack("X11")
def test_x11_the_explanation_agrees_with_the_gate_on_random_questions(world):
    run(world, 11, 300)


@pytest.mark.long
@pytest.mark.attack("X11")
@pytest.mark.parametrize("seed", range(10))
def test_x11_the_explanation_agrees_with_the_gate_on_ten_thousand_questions(world, seed):
    run(world, 100 + seed, 1000)


@pytest.mark.attack("X11")
def test_x11_an_explanation_writes_nothing_down(world):
    """Neither a decision, nor a log entry, nor a privilege that enforcement would have requested."""
    before = [len(world.gate.log.latest(30_000)), _count(world, "syslog"), _count(world, "sys_scope_privilege")]
    chance = random.Random(5)  # noqa: S311 - a sample, no secret
    for _ in range(200):
        explain(world.gate, *ask(world, chance))
    assert [len(world.gate.log.latest(30_000)), _count(world, "syslog"), _count(world, "sys_scope_privilege")] == before


def _count(world: World, table: str) -> int:
    return world.gate.record(table, SYSTEM).query(count=True, limit=1).total

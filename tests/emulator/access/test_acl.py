"""Access control lists: the most specific name decides, alternatives under one name, admins pass."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ticketlab.emulator.access.acl import judge_field, judge_record
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.access.operations import Operation
from ticketlab.emulator.access.policy import Acl, Policy
from ticketlab.emulator.dictionary.model import Dictionary, Table

DICTIONARY = Dictionary(
    {"task": Table("task", "Task"), "incident": Table("incident", "Incident", extends="task")},
)


def acl(table: str, *roles: str, field: str = "", condition: str = "", sys_id: str = "1") -> Acl:
    return Acl(sys_id, table, field, Operation.READ, frozenset(roles), condition)


def policy(*acls: Acl) -> Policy:
    found: dict[tuple[str, str, str], tuple[Acl, ...]] = {}
    for each in acls:
        key = (each.table, each.field, each.operation)
        found[key] = (*found.get(key, ()), each)
    return Policy(acls=found)


def caller(*roles: str) -> Caller:
    return Caller("u1", "someone", frozenset(roles))


def may_read(rules: Policy, who: Caller, table: str = "incident") -> bool:
    return judge_record(DICTIONARY, rules, who, table, Operation.READ).allowed


def test_a_table_without_any_rule_is_closed_to_all_but_admins():
    assert not may_read(policy(), caller("itil"))
    assert may_read(policy(), caller("admin"))


@pytest.mark.source("platform 4.2", "G")
def test_the_rule_of_the_table_itself_decides_before_that_of_its_parent():
    rules = policy(acl("task"), acl("incident", "itil"))
    assert not may_read(rules, caller())
    assert may_read(rules, caller("itil"))
    assert may_read(rules, caller(), "task")


def test_a_child_table_follows_the_rule_of_its_parent():
    assert may_read(policy(acl("task", "itil")), caller("itil"))


def test_the_star_rule_binds_tables_without_one_of_their_own():
    assert not may_read(policy(acl("*", "admin")), caller("itil"))


def test_rules_under_one_name_are_alternatives():
    rules = policy(acl("incident", "itil"), acl("incident", "auditor"))
    assert may_read(rules, caller("auditor"))


def test_a_condition_restricts_which_records_are_read():
    rules = policy(acl("incident", condition="active=true"), acl("incident", condition="caller_id=u1"))
    verdict = judge_record(DICTIONARY, rules, caller(), "incident", Operation.READ)
    assert verdict.restriction == "active=true^NQcaller_id=u1"


def test_an_alternative_without_a_condition_frees_every_record():
    rules = policy(acl("incident", condition="active=true"), acl("incident", "itil"))
    assert judge_record(DICTIONARY, rules, caller("itil"), "incident", Operation.READ).conditions == ()


def test_a_field_without_a_rule_follows_its_record():
    assert judge_field(DICTIONARY, policy(), caller(), "incident", "state", Operation.READ).allowed


def test_a_field_rule_of_the_parent_hides_the_field_in_the_child():
    rules = policy(acl("task", "itil", field="work_notes"))
    assert not judge_field(DICTIONARY, rules, caller(), "incident", "work_notes", Operation.READ).allowed


def test_a_refusal_names_the_record_to_change():
    verdict = judge_record(
        DICTIONARY, policy(acl("incident", "itil", sys_id="abc")), caller(), "incident", Operation.READ
    )
    assert verdict.record == "sys_security_acl.abc"
    assert "itil" in verdict.reason


ROLES = st.sampled_from(["itil", "auditor", "manager"])
RULES = st.lists(
    st.builds(
        lambda table, roles: acl(table, *roles),
        st.sampled_from(["incident", "task", "*"]),
        st.sets(ROLES, max_size=2),
    ),
    max_size=6,
)


def verdicts(rules: list[Acl], roles: set[str]) -> Mapping[str, bool]:
    return {table: may_read(policy(*rules), caller(*roles), table) for table in DICTIONARY.tables}


@given(RULES, st.sets(ROLES), st.randoms(use_true_random=False))
def test_x10_the_order_of_the_rules_changes_nothing(rules, roles, random):
    """Alternatives have no order."""
    shuffled = list(rules)
    random.shuffle(shuffled)
    assert verdicts(rules, roles) == verdicts(shuffled, roles)


@given(RULES, st.sets(ROLES), ROLES)
def test_x10_a_further_role_never_takes_a_right_away(rules, roles, further):
    before, after = verdicts(rules, roles), verdicts(rules, roles | {further})
    assert all(after[table] for table, allowed in before.items() if allowed)

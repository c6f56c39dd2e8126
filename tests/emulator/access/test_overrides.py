"""Access controls beyond roles: scripts, Admin overrides, elevated roles."""

from dataclasses import replace

import pytest
from ticketlab.emulator.access.acl import Verdict, judge_record
from ticketlab.emulator.access.caller import Caller, Channel
from ticketlab.emulator.access.operations import Operation
from ticketlab.emulator.access.policy import Acl, Policy
from ticketlab.emulator.dictionary.declaration import load_schema

DICTIONARY = load_schema()
ME = "a" * 32
RULE = Acl("1", "incident", "", Operation.READ)


def judge(caller: Caller, *rules: Acl, elevated_roles: frozenset[str] = frozenset()) -> Verdict:
    policy = Policy(acls={("incident", "", "read"): rules}, elevated_roles=elevated_roles)
    return judge_record(DICTIONARY, policy, caller, "incident", Operation.READ)


def person(*roles: str) -> Caller:
    return Caller(ME, "me", frozenset(roles))


def test_a_script_restricts_to_the_records_it_holds_for():
    verdict = judge(person(), replace(RULE, predicate="is_own_record"))
    assert verdict.restriction == f"caller_id={ME}^NQopened_by={ME}"


def test_a_condition_and_a_script_must_both_hold():
    verdict = judge(person(), replace(RULE, condition="active=true^NQpriority=1", predicate="is_assigned_to_me"))
    assert verdict.restriction == f"active=true^assigned_to={ME}^NQpriority=1^assigned_to={ME}"


def test_an_unknown_script_lets_nobody_in():
    verdict = judge(person(), replace(RULE, predicate="answer = true;"))
    assert not verdict.allowed
    assert "answer = true;" in verdict.reason


def test_a_script_may_ask_how_somebody_comes():
    rule = replace(RULE, predicate="is_interactive")
    assert not judge(person(), rule).allowed
    assert judge(replace(person(), channel=Channel.PAGE), rule).conditions == ()


def test_an_admin_passes_unasked_only_where_admin_overrides_is_ticked():
    rule = replace(RULE, predicate="is_nobody")
    assert judge(person("admin"), rule).allowed
    verdict = judge(person("admin"), replace(rule, admin_overrides=False))
    assert not verdict.allowed
    assert "Admin overrides is unticked" in verdict.reason


def test_an_admin_has_every_role_even_where_nothing_is_overridden():
    assert judge(person("admin"), replace(RULE, roles=frozenset({"auditor"}), admin_overrides=False)).allowed


@pytest.mark.source("platform 2.2", "C")
def test_an_elevated_role_is_the_one_an_admin_does_not_have():
    rule = replace(RULE, roles=frozenset({"security_admin"}), admin_overrides=False)
    elevated = frozenset({"security_admin"})
    assert not judge(person("admin"), rule, elevated_roles=elevated).allowed
    assert judge(person("admin", "security_admin"), rule, elevated_roles=elevated).allowed


def test_a_contained_elevated_role_sleeps_until_the_session_is_raised():
    policy = Policy(
        contained_roles={"chief": frozenset({"security_admin", "itil"})}, elevated_roles=frozenset({"security_admin"})
    )
    assert policy.closure(frozenset({"chief"})) == {"chief", "itil"}
    assert "security_admin" in policy.closure(frozenset({"chief"}), frozenset({"security_admin"}))


@pytest.mark.attack("X10")
def test_x10_a_caret_in_a_user_name_widens_no_script():
    sneaky = Caller(ME, "me^NQactive=true", frozenset())
    verdict = judge(sneaky, replace(RULE, predicate="is_created_by_me"))
    assert verdict.restriction == "sys_created_by=me^^NQactive=true"

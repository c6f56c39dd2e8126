"""What may X do?: the page and its JSON; and the way from a log entry to the decisions behind it."""

import re

import pytest
from people import Person
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.errors import ScopeRefused
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

SYSTEM = Caller.system()
APP = "x_mioms_m365ticket"


def explained(instance, **question):
    answer = instance.test_client().get("/lab/explain", query_string=question)
    assert answer.status_code == 200, answer.text
    return answer.json


def close_to_scopes(instance):
    tables = part_of(instance, Gate).record("sys_db_object", SYSTEM)
    sys_id = tables.find("name=oauth_entity").sys_id
    tables.update(sys_id, {"read_access": False})
    return sys_id


def test_an_explanation_names_each_step_its_rule_and_the_record_to_change(instance):
    sys_id = close_to_scopes(instance)
    found = explained(instance, user="admin", channel="script", scope=APP, table="oauth_entity")
    assert found["answer"] == "refused"
    assert [step["step"] for step in found["steps"]] == ["identity", "table", "channel", "scope"]
    assert found["steps"][-1]["rule"] == "Application Access of oauth_entity: Can read"
    assert found["steps"][-1]["record"] == f"sys_db_object.{sys_id}"
    assert found["refusal"]["status"] == 403
    assert found["refusal"]["message"].startswith("Read operation against 'oauth_entity'")


def test_the_same_for_a_client_of_the_rest_api_is_allowed(instance):
    close_to_scopes(instance)
    found = explained(instance, user="admin", table="oauth_entity")
    assert found["answer"] == "allowed"
    assert found["steps"][-1]["rule"] == "ACL oauth_entity (read)"


def test_a_record_is_named_by_its_number(instance):
    found = explained(instance, user="admin", table="incident", operation="write", record="INC0000001")
    assert found["answer"] == "depends on the values"
    named = {each["rule"] for each in found["judged_by_values"]}
    assert "Data policy Make close info mandatory when resolved or closed" in named


def test_given_values_are_judged_by_the_rules_and_policies_that_they_would_meet(instance):
    """Without a trace: the record is as before, and the log knows nothing of it."""
    gate = part_of(instance, Gate)
    number = gate.record("incident", SYSTEM).find("active=true^close_codeISEMPTY").value("number")
    asked = {"user": "admin", "table": "incident", "operation": "write", "record": number}
    resolved = explained(instance, **asked, values="state=6")
    assert resolved["answer"] == "refused"
    assert resolved["steps"][-1]["step"] == "data policy"
    assert resolved["steps"][-1]["record"].startswith("sys_data_policy2.")
    assert resolved["refusal"]["detail"].startswith("Data Policy Exception:")
    complete = explained(instance, **asked, values="state=6^close_code=Solution provided^close_notes=Done")
    assert complete["answer"] == "allowed"
    assert gate.record("incident", SYSTEM).find(f"number={number}").value("state") != "6"
    assert gate.log.latest(10) == []


def test_a_business_rule_is_judged_by_the_values_too(instance):
    rule = {"name": "Never", "collection": "incident", "when": "before", "filter_condition": "short_description=no"}
    flags = {"action_insert": True, "abort_action": True, "active": True}
    part_of(instance, Gate).record("sys_script", SYSTEM).insert({**rule, **flags})
    asked = {"user": "admin", "table": "incident", "operation": "create"}
    assert explained(instance, **asked)["answer"] == "depends on the values"
    assert explained(instance, **asked, values="short_description=yes")["answer"] == "allowed"
    refused = explained(instance, **asked, values="short_description=no")
    assert (refused["answer"], refused["steps"][-1]["rule"]) == ("refused", "Never")


def test_an_elevated_session_is_a_question_of_its_own(instance):
    asked = {"user": "admin", "channel": "page", "table": "sys_security_acl", "operation": "create"}
    assert explained(instance, **asked)["answer"] == "refused"
    assert explained(instance, **asked, elevated="true")["answer"] == "allowed"


def test_an_inactive_user_is_refused_before_the_gate(instance):
    users = part_of(instance, Gate).record("sys_user", SYSTEM)
    users.update(users.find("user_name=fred.luddy").sys_id, {"active": False})
    found = explained(instance, user="fred.luddy", table="incident")
    assert found["answer"] == "refused"
    assert found["steps"][0]["step"] == "identity"


@pytest.mark.parametrize(
    ("question", "status"),
    [({"user": "nobody.known", "table": "incident"}, 404), ({"user": "admin"}, 400), ({"table": "incident"}, 400)],
)
def test_a_question_without_sense_is_told_what_is_wrong(instance, question, status):
    answer = instance.test_client().get("/lab/explain", query_string=question)
    assert answer.status_code == status
    assert answer.json["status"] == "failure"


def test_the_page_asks_and_answers_and_leads_to_the_record(instance):
    client = instance.test_client()
    empty = client.get("/lab/explain", headers={"Accept": "text/html"}).text
    assert "What may X do?" in empty
    sys_id = close_to_scopes(instance)
    address = f"/lab/explain?user=admin&channel=script&scope={APP}&table=oauth_entity&operation=read"
    page = client.get(address, headers={"Accept": "text/html"}).text
    assert f'<a href="/sys_db_object.do?sys_id={sys_id}">' in page
    assert "May admin read oauth_entity?" in page
    assert "No. The request is refused." in page
    assert "The client sees status 403: <q>Read operation against" in page


def test_a_mistaken_question_comes_back_as_it_was_asked(instance):
    """In the page, so that it can be mended there."""
    asked = {"user": "nobody.known", "table": "incident", "operation": "write"}
    answer = instance.test_client().get("/lab/explain", query_string=asked, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "There is no such user: nobody.known has no sys_user record." in answer.text
    assert 'value="nobody.known"' in answer.text
    assert "<option selected>write</option>" in answer.text
    assert '<input id="values" name="values" value="">' in answer.text


def test_the_form_of_a_question_starts_empty(instance):
    """Also what is to be written, whose name is a method of mappings, too."""
    page = instance.test_client().get("/lab/explain", headers={"Accept": "text/html"}).text
    assert set(re.findall(r'<input id="\w+" name="\w+" value="([^"]*)"', page)) == {""}


def test_a_log_entry_of_a_refusal_leads_to_its_decisions(instance):
    """From the list and from the form; the refused code itself is told nothing of them."""
    close_to_scopes(instance)
    gate = part_of(instance, Gate)
    user = gate.record("sys_user", SYSTEM).find("user_name=admin").sys_id
    app_code = Caller(user, "admin", gate.roles_of(user), transaction="00ff00ff00ff").as_scope(APP)
    with pytest.raises(ScopeRefused) as refusal:
        gate.record("oauth_entity", app_code).query()
    assert "sys_db_object" not in str(refusal.value)
    admin = Person(instance).log_in()
    link = 'href="/lab/decisions/00ff00ff00ff"'
    assert link in admin.get("/syslog_list.do").html
    entry = gate.record("syslog", SYSTEM).find("messageSTARTSWITHSecurity restricted")
    assert link in admin.get(f"/syslog.do?sys_id={entry.sys_id}").html
    decisions = instance.test_client().get("/lab/decisions/00ff00ff00ff").json["decisions"]
    assert [each["step"] for each in decisions] == ["table", "channel", "scope"]

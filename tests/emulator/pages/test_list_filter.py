"""The filter builder: a query as rows, each button a form that is sent, and the query that the rows stand for."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from people import PASSWORD, Person, api, make_person
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

EDITED = "sysparm_filter"


def sent(person, query, *rows, step="run", **further):
    """Press a button of the builder; each row is join, term, operator and values. Where it leads, by parameter."""
    given = [("sysparm_query", query), ("filter.step", step)]
    for number, (join, term, operator, *values) in enumerate(rows):
        given += [("filter.join", join), ("filter.term", term), ("filter.operator", operator)]
        given += [(f"filter.value.{number}", value) for value in values]
    given += [(name.replace("__", "."), value) for name, value in further.items()]
    page = person.get(f"/incident_list.do?{urlencode(given)}")
    assert page.status == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(page.location).query).items()}


def test_builder_shows_a_query_as_rows_and_the_query_itself(looking):
    """Conditions that the builder knows have an operator and a value to choose; others stand in words, to keep."""
    query = "active=true^priorityIN1,2^ORstateISEMPTY^NQcaller_id.nameINSTANCEOFx^opened_atON2020-01-01@a@b"
    page = looking.get(f"/incident_list.do?{urlencode({EDITED: query})}")
    assert 'aria-label="Operator of Active"' in page.html
    assert '<option value="2" selected>2 - High</option>' in page.html
    assert "OR all of these" in page.text
    assert query in [form.values.get("filter.term") or query for form in page.forms]
    assert f'id="encoded-query" value="{query}"' in page.html


def test_builder_is_closed_as_a_rule_and_keeps_the_breadcrumbs_open(looking):
    page = looking.get("/incident_list.do?sysparm_query=active=true")
    assert "encoded-query" not in page.html
    opened = looking.get(page.link("Show filter"))
    assert "encoded-query" in opened.html
    assert opened.link("Active = true")


def test_run_leads_to_the_list_of_what_was_built(looking):
    """AND, OR and OR all of these are ^, ^OR and ^NQ; order and grouping stay; carets of a value are doubled."""
    rows = [
        ("", "active=true", "!=", "true"),
        ("and", "priorityIN1", "IN", "1", "2"),
        ("or", "stateISEMPTY", "ISEMPTY"),
        ("new", "short_descriptionLIKE", "STARTSWITH", "a^b"),
    ]
    found = sent(looking, "state=1^GROUPBYstate^ORDERBYnumber", *rows)
    built = "active!=true^priorityIN1,2^ORstateISEMPTY^NQshort_descriptionSTARTSWITHa^^b"
    assert found == {"sysparm_query": f"{built}^GROUPBYstate^ORDERBYnumber"}


def test_a_condition_is_added_with_the_first_operator_of_its_field(looking):
    for element, begun in (("short_description", "LIKE"), ("priority", "="), ("opened_at", "ON")):
        found = sent(looking, "", ("", "active=true", "=", "true"), step="add", filter__field=element)
        assert found[EDITED] == f"active=true^{element}{begun}"
    found = sent(
        looking, "", ("", "active=true", "=", "true"), step="add", filter__field="state", filter__add_join="or"
    )
    assert found[EDITED] == "active=true^ORstate="
    assert EDITED not in sent(looking, "", step="add", filter__field="no_such_field")


def test_a_condition_is_removed_alone(looking):
    rows = [("", "active=true", "=", "true"), ("new", "priority=1", "=", "1"), ("and", "state=2", "=", "2")]
    assert sent(looking, "state=1", *rows, step="remove.0")[EDITED] == "priority=1^state=2"
    assert sent(looking, "state=1", *rows, step="remove.1")[EDITED] == "active=true^state=2"


def test_an_operator_whose_value_is_given_otherwise_shows_the_builder_again(looking):
    """Is one of needs several values: nothing is run before there was a way to give them."""
    assert sent(looking, "", ("", "priority=1", "IN", "1"))[EDITED] == "priorityIN1"
    assert sent(looking, "", ("", "opened_atONToday@a@b", ">=", "Today@a@b"))[EDITED] == "opened_at>="
    assert sent(looking, "", ("", "priority=1", "ISEMPTY", "1")) == {"sysparm_query": "priorityISEMPTY"}


def test_a_condition_without_its_value_is_not_run(looking):
    """A text to look for that is none says nothing; is nothing means empty."""
    rows = [("", "short_descriptionLIKE", "LIKE", ""), ("and", "caller_id=", "=", "")]
    assert sent(looking, "", *rows) == {"sysparm_query": "caller_id="}


def test_a_person_is_named_and_the_query_holds_the_record(looking):
    user = api(looking.client.application, "GET", "/api/now/table/sys_user?sysparm_query=user_name=admin")[0]["sys_id"]
    assert sent(looking, "", ("", "caller_id=", "=", "System Administrator"))["sysparm_query"] == f"caller_id={user}"
    assert sent(looking, "", ("", f"caller_id={user}", "=", "System Administrator"))["sysparm_query"].endswith(user)
    assert sent(looking, "", ("", "caller_id=", "=", "Nobody at all"))["sysparm_query"] == "caller_id=Nobody at all"


def test_what_the_builder_does_not_know_is_kept_as_it_was(looking):
    term = "RLQUERYchange_task.change_request,>=1^active=true^ENDRLQUERY"
    found = sent(looking, "", ("", term, ""), ("and", "active=true", "=", "false"))["sysparm_query"]
    assert found.endswith("^active=false")
    assert "RLQUERY" in found


@pytest.mark.parametrize("step", ["", "run", "add", "remove.", "remove.-1", "remove.99999999999999999999", "\x00"])
def test_a_form_made_by_hand_leads_to_a_list(looking, step):
    given = {
        "filter.step": step,
        "filter.join": "x",
        "filter.term": "^^OR",
        "filter.operator": "IN",
        "sysparm_query": "^",
    }
    assert looking.follow(looking.get(f"/incident_list.do?{urlencode(given)}")).status == 200


def test_builder_offers_no_field_that_a_query_may_not_name(instance):
    """A query that names a field one may not read is refused, so the builder does not lead there."""
    rules = part_of(instance, Gate).record("sys_security_acl", Caller.system())
    rules.insert({"name": "incident.close_notes", "operation": "read", "condition": "active=false"})
    make_person(instance, "jo.example", "itil")
    page = Person(instance).log_in("jo.example", PASSWORD).get(f"/incident_list.do?{EDITED}=")
    assert '<option value="description">' in page.html
    assert '<option value="close_notes">' not in page.html

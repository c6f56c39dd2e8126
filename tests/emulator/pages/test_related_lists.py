"""Related lists: the records of other tables that stand at the foot of a form, as far as they may be read."""

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from people import PASSWORD, Person, api, make_person, make_rule, path_of
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.dictionary.checks import check
from ticketlab.emulator.dictionary.declaration import load_schema
from ticketlab.emulator.dictionary.model import Dictionary, RelatedList
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of


def related(page):
    """Titles with counts, in their order."""
    return [re.sub(r"\s+", " ", each) for each in re.findall(r"<summary><h3>(.*?)</h3>", page.html)]


def open_change(person, number="CHG0000007"):
    return person.follow(person.get(f"/change_request.do?sysparm_query=number={number}"))


def query_of(address):
    return parse_qs(urlsplit(address).query)["sysparm_query"][0]


@pytest.mark.source("platform 6", "D")
def test_a_change_shows_its_tasks_and_what_refers_to_it(looking):
    """In the order that the dictionary gives them, two lists of one table told apart by the field."""
    page = open_change(looking)
    assert related(page) == [
        "Change Tasks (2)",
        "Approvals (0)",
        "Incidents (Change Request) (0)",
        "Problems (0)",
        "Incidents (Caused by Change) (0)",
    ]
    assert path_of(page.link("CTASK0000001")) == "/change_task.do"
    listed = looking.get(page.link("Open the list Change Tasks"))
    assert listed.link("CTASK0000001")
    assert "1 to 2 of 2" in listed.text


def test_the_reference_itself_is_no_column(looking):
    page = open_change(looking)
    table = re.search(r'<table class="list">.*?</table>', page.html, re.DOTALL)[0]
    assert re.findall(r'<th scope="col">([^<]+)<', table)[0] == "Number"
    assert "CHG0000007" not in table


def test_new_makes_a_record_that_belongs_to_this_one(instance, admin):
    page = open_change(admin)
    form = admin.get(page.link("New in Change Tasks")).form("change_task.short_description")
    assert form.values["sys_display.change_task.change_request"] == "CHG0000007"
    page = admin.follow(admin.send(form, "sysverb_insert", change_task__short_description="Tell the users"))
    assert "Created: CTASK" in page.text
    assert "Change Tasks (3)" in related(page)


def test_new_belongs_to_the_record_it_was_pressed_on_whoever_else_is_called_so(instance, admin):
    """A reference that is left as it stands is the record and not its name, after a mistake elsewhere, too."""
    twins = [make_person(instance, user_name) for user_name in ("jo.one", "jo.two")]
    for twin in twins:
        api(instance, "PATCH", f"/api/now/table/sys_user/{twin}", {"first_name": "Jo", "last_name": "Example"})
    form = admin.get(admin.get(f"/sys_user.do?sys_id={twins[1]}").link("New in User Roles")).form(
        "sys_display.sys_user_has_role.role"
    )
    assert form.values["sys_display.sys_user_has_role.user"] == "Jo Example"
    mistaken = admin.send(form, "sysverb_insert", sys_display__sys_user_has_role__role="no such role")
    assert "There is no Role called no such role." in mistaken.text
    form = mistaken.form("sys_display.sys_user_has_role.role")
    admin.send(form, "sysverb_insert", sys_display__sys_user_has_role__role="itil")
    given = api(instance, "GET", "/api/now/table/sys_user_has_role?sysparm_query=role.name=itil^user.nameLIKEJo Ex")
    assert [each["user"]["value"] for each in given] == [twins[1]]
    typed = admin.send(form, "sysverb_insert", sys_display__sys_user_has_role__user="Jo Nobody")
    assert "There is no User called Jo Nobody." in typed.text


def test_a_new_record_of_the_navigator_leads_to_its_own_list(looking):
    """Whatever form was open before: the record belongs to none."""
    change = open_change(looking).form("change_request.state").action
    page = looking.get("/incident.do?sys_id=-1", Referer=f"http://localhost{change}")
    assert page.form("incident.state").values["sysparm_referring_url"] == "/incident_list.do"


def test_a_record_that_was_opened_from_another_leads_back_to_it(admin):
    """As it was opened, saved or deleted there; and a form made by hand leads nowhere else."""
    change = open_change(admin).form("change_request.state").action
    task = open_change(admin).link("CTASK0000002")
    form = admin.get(task, Referer=f"http://localhost{change}").form("change_task.state")
    assert form.values["sysparm_referring_url"] == change
    page = admin.follow(admin.send(form, "sysverb_update", change_task__short_description="Test it twice"))
    assert "Saved: CTASK0000002" in page.text
    assert page.link("CTASK0000002") == task
    assert "CHG0000007" in page.text
    question = admin.send(form, "sysverb_delete")
    page = admin.follow(admin.send(question.form("confirmed")))
    assert "The record was deleted." in page.text
    assert "Change Tasks (1)" in related(page)
    for wrong in ("/no_such_table.do?sys_id=" + "0" * 32, "/incident.do?sys_id=-1", "/logout.do?sys_id=" + "0" * 32):
        answer = admin.send(page.form("change_request.state"), "sysverb_update", sysparm_referring_url=wrong)
        assert path_of(answer.location) == "/change_request_list.do"


def test_a_long_list_shows_its_first_and_the_way_to_all(looking):
    page = looking.follow(looking.get("/sys_db_object.do?sysparm_query=name=incident"))
    assert "Dictionary Entries (5+)" in related(page)
    address = page.link("Open the list Dictionary Entries")
    assert query_of(address) == "name=incident"


def test_a_user_shows_roles_and_groups_and_a_registry_its_tokens(looking):
    user = looking.follow(looking.get("/sys_user.do?sysparm_query=user_name=admin"))
    assert related(user) == ["User Roles (2)", "Group Members (0)"]
    assert "security_admin" in user.text
    assert related(looking.get("/oauth_entity.do?sys_id=-1")) == []


def test_a_table_of_ones_own_stands_on_what_it_refers_to(instance, admin):
    """No list names it: that it refers to incidents is enough."""
    api(instance, "POST", "/api/now/table/sys_db_object", {"name": "u_badge", "label": "Badge"})
    column = {"name": "u_badge", "element": "u_for", "internal_type": "reference", "reference": "incident"}
    api(instance, "POST", "/api/now/table/sys_dictionary", column)
    incident = api(instance, "GET", "/api/now/table/incident?sysparm_limit=1")[0]["sys_id"]
    api(instance, "POST", "/api/now/table/u_badge", {"u_for": incident})
    assert "Badge (1)" in related(admin.get(f"/incident.do?sys_id={incident}"))


@pytest.mark.attack("X03")
def test_x03_a_related_list_tells_only_of_what_may_be_read(instance, admin):
    """No list of a table that may not be read, none by a field that may not, and no count of hidden records."""
    problem = api(instance, "POST", "/api/now/table/problem", {"short_description": "Wiring"})["sys_id"]
    for text in ("Seen", "Hidden", "Hidden, too"):
        api(instance, "POST", "/api/now/table/incident", {"short_description": text, "problem_id": problem})
    api(instance, "POST", "/api/now/table/problem_task", {"problem": problem})
    path = f"/problem.do?sys_id={problem}"
    assert related(admin.get(path)) == ["Incidents (3)", "Problem Tasks (1)"]

    api(instance, "POST", "/api/now/table/sys_user_role", {"name": "reader"})
    make_rule(instance, "problem", "read", "reader")
    make_person(instance, "jo.example", "reader")
    jo = Person(instance).log_in("jo.example", PASSWORD)
    assert related(jo.get(path)) == ["Incidents (0)"]
    make_rule(instance, "incident", "read", "reader", condition="short_description=Seen")
    page = jo.get(path)
    assert related(page) == ["Incidents (1)"]
    assert "Hidden" not in page.html
    make_rule(instance, "incident.problem_id", "read", "itil")
    assert related(jo.get(path)) == []


def test_records_that_are_hidden_are_not_taken_for_the_end_of_the_list(instance, admin):
    """Files of an incident that jo may not read stand before the file of one that jo may."""
    column = {"name": "sys_attachment", "element": "u_problem", "internal_type": "reference", "reference": "problem"}
    api(instance, "POST", "/api/now/table/sys_dictionary", column)
    problem = api(instance, "POST", "/api/now/table/problem", {"short_description": "Wiring"})["sys_id"]
    api(instance, "POST", "/api/now/table/sys_user_role", {"name": "reader"})
    make_person(instance, "jo.example", "reader")
    make_rule(instance, "problem", "read", "reader")
    make_rule(instance, "incident", "read", "reader", condition="short_description=Seen")
    for text, names in (("Hidden", "abcdef"), ("Seen", "g")):
        incident = api(instance, "POST", "/api/now/table/incident", {"short_description": text})["sys_id"]
        files = part_of(instance, Gate).record("sys_attachment", Caller.system())
        for name in names:
            of = {"table_name": "incident", "table_sys_id": incident, "u_problem": problem}
            files.insert({"file_name": f"{name}.txt", **of})
    jo = Person(instance).log_in("jo.example", PASSWORD)
    page = jo.get(f"/problem.do?sys_id={problem}")
    assert "Attachments (0+)" in related(page)
    assert "g.txt" in jo.get(page.link("Open the list Attachments")).text


def test_what_a_list_refers_to_in_vain_stops_the_start():
    """A declaration is checked like every other: both ends exist, and the reference leads here."""
    known = load_schema().tables
    for wrong in (RelatedList("none", "x"), RelatedList("incident", "none"), RelatedList("incident", "caller_id")):
        tables = {**known, "problem": replace(known["problem"], related_lists=(wrong,))}
        with pytest.raises(ValueError, match="by which no record can refer to it"):
            check(Dictionary(tables))

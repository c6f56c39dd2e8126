"""What a person does with a whole list: group it, choose its columns and the length of a page."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from people import PASSWORD, Person, api, make_person, make_rule

COLUMNS = "/personalize_list_columns.do?sysparm_table=incident"


def headers(page):
    return re.findall(r'<th scope="col"[^>]*><a [^>]*>([^<]+?) ?<', page.html)


def query_of(address):
    return parse_qs(urlsplit(address).query).get("sysparm_query", [""])[0]


def test_grouped_list_counts_the_records_of_each_value(looking):
    """Each group's name leads to the list of its records, with the conditions and the order of the whole."""
    stats = "/api/now/stats/incident?sysparm_count=true&sysparm_group_by=priority&sysparm_query=active=true"
    counted = api(looking.client.application, "GET", stats)
    page = looking.get("/incident_list.do?sysparm_query=active=true^GROUPBYpriority^ORDERBYnumber")
    for group in counted:
        value = group["groupby_fields"][0]["value"]
        assert f'data-label="Count">{group["stats"]["count"]}<' in page.html
        assert any(query_of(link) == f"active=true^priority={value}^ORDERBYnumber" for _label, link in page.links)
    assert "1 - Critical" in page.text


def test_group_by_leads_to_the_grouped_list_and_back(looking):
    page = looking.get("/incident_list.do?sysparm_query=active=true^ORDERBYnumber&sysparm_group_by=state")
    assert query_of(page.location) == "active=true^GROUPBYstate^ORDERBYnumber"
    page = looking.get(f"{page.location}&sysparm_group_by=")
    assert query_of(page.location) == "active=true^ORDERBYnumber"


def test_group_of_records_without_a_value_leads_to_them(looking):
    page = looking.get("/incident_list.do?sysparm_query=GROUPBYproblem_id")
    assert query_of(page.link("(empty)")) == "problem_idISEMPTY"


@pytest.mark.attack("D12")
def test_d12_a_group_names_no_record_that_may_not_be_read(instance, admin):
    """Whoever reads incidents and no problems sees groups by problem, without what the problems are called."""
    problem = api(instance, "POST", "/api/now/table/problem", {"short_description": "Wiring"})
    api(instance, "POST", "/api/now/table/incident", {"problem_id": problem["sys_id"]})
    api(instance, "POST", "/api/now/table/sys_user_role", {"name": "reader"})
    make_rule(instance, "incident", "read", "reader")
    make_person(instance, "jo.example", "reader", "snc_platform_rest_api_access")
    grouped = "/incident_list.do?sysparm_query=GROUPBYproblem_id"
    assert problem["number"] in admin.get(grouped).text
    page = Person(instance).log_in("jo.example", PASSWORD).get(grouped)
    assert query_of(page.link(problem["sys_id"])) == f"problem_id={problem['sys_id']}"
    assert problem["number"] not in page.html
    asked = "/api/now/stats/incident?sysparm_count=true&sysparm_group_by=problem_id&sysparm_display_value=all"
    answer = instance.test_client().get(asked, auth=("jo.example", PASSWORD))
    assert problem["sys_id"] in answer.text
    assert problem["number"] not in answer.text
    walked = asked.replace("group_by=problem_id", "group_by=problem_id.number")
    assert problem["number"] not in instance.test_client().get(walked, auth=("jo.example", PASSWORD)).text


def test_list_grouped_by_what_is_no_column_is_a_list(looking):
    """Journals' entries are records of their own, and secrets stand in no list."""
    for journal in ("comments", "work_notes", "comments_and_work_notes"):
        assert looking.get(f"/incident_list.do?sysparm_query=GROUPBY{journal}").status == 200
    assert looking.get("/sys_user_list.do?sysparm_query=GROUPBYuser_password").status == 200
    assert looking.get("/oauth_entity_list.do?sysparm_query=GROUPBYclient_secret").status == 200


def test_list_grouped_by_a_field_that_is_none_is_a_list(looking):
    assert looking.get("/incident_list.do?sysparm_query=GROUPBYno_such_field").link("INC0000016")


def test_chosen_columns_are_kept_for_the_one_who_chose(instance):
    """A column is added, moved up and another removed; the list follows, and only that person's."""
    make_person(instance, "jo.example", "itil")
    jo, admin = Person(instance).log_in("jo.example", PASSWORD), Person(instance).log_in()
    usual = headers(jo.get("/incident_list.do"))
    form = jo.get(COLUMNS).form("column")
    data = {**form.values, "column": ["number", "state", "priority"], "step": "add", "add": "urgency"}
    for step in ("add", "up.urgency", "remove.state", "save"):
        answer = jo.client.post("/personalize_list_columns.do", data={**data, "step": step})
        data["column"] = re.findall(r'name="column" value="([^"]+)"', answer.text) or data["column"]
    assert answer.headers["Location"] == "/incident_list.do"
    assert headers(jo.get("/incident_list.do")) == ["Number", "Urgency", "Priority"]
    assert headers(admin.get("/incident_list.do")) == usual
    jo.client.post("/personalize_list_columns.do", data={**data, "step": "reset"})
    assert headers(jo.get("/incident_list.do")) == usual


def test_columns_that_are_none_are_passed_over(instance):
    """Neither what the table lacks nor a secret becomes a column."""
    admin = Person(instance).log_in()
    given = admin.get("/personalize_list_columns.do?sysparm_table=sys_user").form("column").values
    columns = ["user_name", "user_password", "no_such_field", "user_name", "email"]
    admin.client.post("/personalize_list_columns.do", data={**given, "column": columns, "step": "save"})
    assert headers(admin.get("/sys_user_list.do")) == ["User ID", "Email"]
    assert admin.get("/personalize_list_columns.do?sysparm_table=no_such_table").status == 400


def test_rows_of_a_page_are_remembered_as_a_preference(instance):
    """The platform's own preference rowcount holds it, on every list, for one person."""
    admin = Person(instance).log_in()
    page = admin.get("/sys_db_object_list.do?sysparm_query=ORDERBYname")
    assert "1 to 20 of" in page.text
    answer = admin.send(page.form("rowcount"), rowcount="50")
    assert answer.location == "/sys_db_object_list.do?sysparm_query=ORDERBYname"
    assert "1 to 50 of" in admin.follow(answer).text
    kept = api(instance, "GET", "/api/now/table/sys_user_preference?sysparm_query=name=rowcount^user.user_name=admin")
    assert [row["value"] for row in kept] == ["50"]
    admin.send(page.form("rowcount"), rowcount="1000000")
    assert "1 to 20 of" in admin.get("/sys_db_object_list.do").text

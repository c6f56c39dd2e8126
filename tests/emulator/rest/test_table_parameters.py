"""What each further ``sysparm_`` of the Table API does, seen from outside (rest 2)."""

import re

import pytest
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

ADMIN = "6816f79cc0a8016401c5a33be04be441"


@pytest.mark.source("rest 2", "D")
@pytest.mark.parametrize("view", ["desktop", "mobile", "both", "Default view", "no such view"])
def test_a_view_gives_a_list_its_columns_and_a_record_its_form(api, view):
    """There is one view, whatever it is called (G)."""
    (row,) = api.rows("incident", sysparm_view=view, sysparm_limit=1)
    assert list(row)[:3] == ["number", "sys_class_name", "opened_at"]
    assert "description" not in row
    record = api.get(f"sys_user/{ADMIN}", sysparm_view=view).json["result"]
    assert "user_name" in record
    assert "sys_mod_count" not in record
    made = api.send("POST", "incident", {"description": "x"}, sysparm_view=view).json["result"]
    assert made["description"] == "x"
    assert "sys_mod_count" not in made


@pytest.mark.source("rest 2", "D")
def test_fields_win_over_a_view_and_an_empty_view_is_none(api):
    (row,) = api.rows("incident", sysparm_view="mobile", sysparm_fields="state,number", sysparm_limit=1)
    assert list(row) == ["state", "number"]
    assert "sys_mod_count" in api.rows("incident", sysparm_view="", sysparm_limit=1)[0]
    assert api.get("no_such_table", sysparm_view="mobile").status_code == 400


@pytest.mark.source("rest 2", "D")
@pytest.mark.parametrize(
    "parameter",
    ["sysparm_query_category", "sysparm_query_no_domain", "sysparm_no_such_thing", "sysparm_suppress_auto_sys_field"],
)
@pytest.mark.parametrize("value", ["true", "list", "", "\U0001f600"])
def test_what_has_no_effect_on_a_list_breaks_nothing(api, parameter, value):
    """One database, one domain; unknown names never err."""
    usual = api.rows("incident", sysparm_query="ORDERBYnumber", sysparm_limit=2)
    assert api.rows("incident", sysparm_query="ORDERBYnumber", sysparm_limit=2, **{parameter: value}) == usual


@pytest.mark.source("rest 2", "C")
@pytest.mark.parametrize("value", ["True", "TRUE", " true "])
def test_booleans_are_read_in_any_case(api, value):
    """Python's clients send True."""
    record = api.get(f"sys_user/{ADMIN}", sysparm_display_value=value, sysparm_exclude_reference_link=value).json[
        "result"
    ]
    assert record["department"] == "Finance"


@pytest.mark.attack("D17")
@pytest.mark.parametrize("value", ["junk", "", "0", "ALLE", "tru", "%00"])
def test_d17_any_other_display_value_is_raw(api, value):
    assert api.get(f"sys_user/{ADMIN}", sysparm_display_value=value).json["result"]["active"] == "true"
    assert "link" in api.get(f"sys_user/{ADMIN}", sysparm_display_value=value).json["result"]["department"]


TABLES = [
    *("incident", "change_request", "sys_user", "oauth_entity", "sys_dictionary", "sc_cat_item", "kb_knowledge"),
    *("std_change_producer_version", "sys_update_xml", "metric_definition", "sys_attachment"),
]


@pytest.mark.attack("D17")
def test_d17_the_tables_looked_at_have_fields_of_every_type(instance):
    dictionary = part_of(instance, Gate).snapshot().dictionary
    every = {field.type for table in dictionary.tables.values() for field in table.fields.values()}
    assert {field.type for table in TABLES for field in dictionary.fields(table).values()} == every


@pytest.mark.attack("D17")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("display", ["false", "true", "all"])
def test_d17_every_value_of_every_type_has_the_forms_shape(api, table, display):
    """Strings; of references objects of strings; of display_value=all objects, always."""
    shapes = {
        "false": [{"link", "value"}],
        "true": [{"display_value", "link"}],
        "all": [{"display_value", "value"}, {"display_value", "link", "value"}],
    }
    rows = api.rows(table, sysparm_display_value=display, sysparm_limit=3)
    if not rows:
        api.create(table)
        rows = api.rows(table, sysparm_display_value=display)
    assert rows
    for row in rows:
        for value in row.values():
            if isinstance(value, dict):
                assert set(value) in shapes[display]
                assert all(isinstance(each, str) for each in value.values())
            else:
                assert isinstance(value, str)
                assert display != "all"


@pytest.mark.attack("D16")
def test_d16_of_many_odd_fields_only_readable_ones_come_back(api, make_user):
    """Unknown, repeated and too long paths are left out; a hidden field is absent."""
    deep = "caller_id." + "manager." * 9 + "name"
    fields = f"number,no_such,number,caller_id.manager.manager.name,{deep},sys_id.name,active.name"
    (row,) = api.rows("incident", sysparm_fields=fields, sysparm_limit=1)
    assert list(row) == ["number", "caller_id.manager.manager.name"]
    many = ",".join(f"f{number}" for number in range(900))
    assert api.rows("incident", sysparm_fields=f"{many},number", sysparm_limit=1)[0].keys() == {"number"}
    hidden = make_user("itil").rows("sys_choice", sysparm_fields="label,value,element", sysparm_limit=1)
    assert list(hidden[0]) == ["label"]


@pytest.mark.source("rest 1", "C")
@pytest.mark.parametrize("field", ["name", "element", "value"])
def test_filtering_choices_by_what_one_may_not_read_is_refused(make_user, field):
    """To whoever is no admin a choice is its label."""
    user = make_user("itil")
    for query in ({"sysparm_query": f"{field}=incident"}, {field: "incident"}, {"sysparm_query": f"ORDERBY{field}"}):
        answer = user.get("sys_choice", **query)
        assert answer.status_code == 403
        assert answer.json["error"] == {
            "message": "Insufficient rights to query records",
            "detail": "Field(s) present in the query do not have permission to be read",
        }


@pytest.mark.source("rest 2", "D")
def test_a_query_and_filters_exclude_each_other(api):
    rows = api.rows("incident", sysparm_query="number=INC0000001", number="INC0000002", sysparm_fields="number")
    assert rows == [{"number": "INC0000001"}]


@pytest.mark.source("rest 1", "C")
def test_a_password_over_rest_is_ignored_unless_it_is_given_as_displayed(api):
    """The one that works keeps working; the one that was ignored does not."""

    def works(password):
        return api.http.get("/api/now/table/incident?sysparm_limit=1", auth=("pass.word", password)).status_code == 200

    body = {"user_name": "pass.word", "user_password": "first", "active": True}
    made = api.send("POST", "sys_user", body, sysparm_input_display_value="true").json["result"]
    assert (made["user_password"], made["user_name"], works("first")) == ("", "pass.word", True)
    path = f"sys_user/{made['sys_id']}"
    assert api.send("PATCH", path, {"user_password": "second"}).status_code == 200
    assert (works("first"), works("second")) == (True, False)
    assert api.send("PATCH", path, {"user_password": "second"}, sysparm_input_display_value="true").status_code == 200
    assert (works("first"), works("second")) == (False, True)
    assert api.send("PATCH", path, {"user_password": True}, sysparm_input_display_value="true").status_code == 200
    assert works("true")


@pytest.mark.source("platform 2.1", "C")
def test_a_client_secret_over_rest_works_only_when_it_is_given_as_displayed(api):
    """Otherwise it is stored as it came and never matches."""

    def status(client_id, secret):
        form = {"grant_type": "password", "username": "admin", "password": "admin"}
        form |= {"client_id": client_id, "client_secret": secret}
        return api.http.post("/oauth_token.do", data=form).status_code

    for displayed, client_id, expected in (("true", "a" * 32, 200), ("false", "b" * 32, 401)):
        body = {"name": f"by rest {displayed}", "type": "client", "client_id": client_id, "client_secret": "s3cret"}
        answer = api.send("POST", "oauth_entity", body, sysparm_input_display_value=displayed)
        assert (answer.status_code, answer.json["result"]["client_secret"]) == (201, "")
        assert status(client_id, "s3cret") == expected, displayed


@pytest.mark.source("platform 2.1", "C")
def test_a_client_made_over_rest_without_an_id_gets_one(api):
    """Programs that register themselves read it from the answer; one that connects elsewhere has the other side's."""
    made = api.send("POST", "oauth_entity", {"name": "mine"}, sysparm_input_display_value="true").json["result"]
    assert re.fullmatch("[0-9a-f]{32}", made["client_id"])
    assert made["client_id"] != made["sys_id"]
    renamed = api.send("PATCH", f"oauth_entity/{made['sys_id']}", {"name": "still mine"}).json["result"]
    assert renamed["client_id"] == made["client_id"]
    signing = api.send("POST", "oauth_entity", {"name": "signing", "type": "jwt_client"}).json["result"]
    assert re.fullmatch("[0-9a-f]{32}", signing["client_id"])
    theirs = api.send("POST", "oauth_entity", {"name": "theirs", "type": "oauth_provider"})
    assert theirs.json["result"]["client_id"] == ""


@pytest.mark.attack("D06")
def test_d06_a_secret_that_the_caller_may_not_write_is_not_written_for_them(make_user, api):
    """Asking for the display form gives no right of its own."""
    user = make_user("itil")
    answer = user.send("PATCH", f"sys_user/{ADMIN}", {"user_password": "mine"}, sysparm_input_display_value="true")
    assert answer.status_code == 403
    assert api.get("incident", sysparm_limit=1).status_code == 200  # with the password as it was


@pytest.mark.source("rest 2", "C")
def test_suppressed_system_fields_are_not_filled_and_an_admin_may_give_them(api):
    """So data moves from another instance with its history (what an admin may give is ours)."""
    history = {"sys_created_on": "2019-01-02 03:04:05", "sys_created_by": "old.hand", "sys_updated_by": "old.hand"}
    flag = {"sysparm_suppress_auto_sys_field": "true"}
    moved = api.send("POST", "incident", {"short_description": "moved", **history}, **flag).json["result"]
    assert history.items() <= moved.items()
    assert (moved["sys_updated_on"], moved["sys_mod_count"]) == ("", "0")
    path = f"incident/{moved['sys_id']}"
    touched = api.send("PATCH", path, {"short_description": "quietly"}, **flag).json["result"]
    assert {**touched, "short_description": "moved"} == moved
    usual = api.send("PATCH", path, {"short_description": "usually", **history}).json["result"]
    assert (usual["sys_updated_by"], usual["sys_mod_count"]) == ("admin", "1")
    assert usual["sys_created_by"] == "old.hand"


@pytest.mark.attack("D06")
def test_d06_nobody_else_gives_a_record_another_history(api, make_user):
    """The flag alone is no right: the fields stay empty or as they were."""
    flag, history = {"sysparm_suppress_auto_sys_field": "true"}, {"sys_created_by": "mallory", "sys_mod_count": "99"}
    user = make_user("itil")
    made = user.send("POST", "incident", {"short_description": "x", **history}, **flag).json["result"]
    assert (made["sys_created_by"], made["sys_mod_count"]) == ("", "0")
    theirs = api.create("incident", short_description="theirs")
    changed = user.send("PATCH", f"incident/{theirs['sys_id']}", {"urgency": "1", **history}, **flag).json["result"]
    assert (changed["sys_created_by"], changed["sys_mod_count"]) == ("admin", "0")

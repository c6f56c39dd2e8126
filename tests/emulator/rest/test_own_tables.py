"""Tables and fields of one's own, made over REST: usable at once, over REST and in the pages."""

import pytest

BADGE = "u_visitor_badge"


@pytest.fixture
def badge(api):
    """A table that extends task, with a field and its choices, as a client makes it; gone after the test."""
    task = api.rows("sys_db_object", name="task")[0]["sys_id"]
    made = api.create("sys_db_object", label="Visitor Badge", name=BADGE, super_class=task)
    field = {"name": BADGE, "element": "u_colour", "column_label": "Colour", "internal_type": "string"}
    api.create("sys_dictionary", **field)
    for value in ("red", "green"):
        api.create("sys_choice", name=BADGE, element="u_colour", value=value, label=value.capitalize())
    yield made
    api.send("DELETE", f"sys_db_object/{made['sys_id']}")


@pytest.mark.source("platform 2.3", "D")
def test_a_new_table_has_the_platforms_default_access(badge):
    """All application scopes, read on, create, update and delete off, web services on."""
    wanted = {"access": "public", "read_access": "true", "create_access": "false", "update_access": "false"}
    wanted |= {"delete_access": "false", "ws_access": "true"}
    assert {name: badge[name] for name in wanted} == wanted


def test_records_of_a_new_table_are_written_and_read_at_once(api, badge):
    """Inherited fields, its own and the platform's are all there, and an unknown choice is dropped."""
    made = api.create(BADGE, short_description="For the auditor", u_colour="red", priority="2")
    assert (made["u_colour"], made["sys_class_name"], made["active"]) == ("red", BADGE, "true")
    changed = api.send("PATCH", f"{BADGE}/{made['sys_id']}", {"u_colour": "green"}).json["result"]
    assert (changed["u_colour"], changed["sys_mod_count"]) == ("green", "1")
    assert api.create(BADGE, u_colour="mauve")["u_colour"] == ""
    assert [row["sys_id"] for row in api.rows(BADGE, u_colour="green")] == [made["sys_id"]]
    assert api.rows("task", sys_id=made["sys_id"])[0]["sys_class_name"] == BADGE
    assert api.send("DELETE", f"{BADGE}/{made['sys_id']}").status_code == 204


def test_a_new_table_has_a_list_and_a_form(api, badge, instance):
    """The pages show what the dictionary says."""
    made = api.create(BADGE, short_description="For the auditor", u_colour="red")
    browser = instance.test_client()
    browser.post("/angular.do?sysparm_type=view_form.login", data={"user_name": "admin", "user_password": "admin"})
    page = browser.get(f"/{BADGE}_list.do").text
    assert "Visitor Badge" in page
    assert made["number"] in page
    assert "Colour" in browser.get(f"/{BADGE}.do?sys_id={made['sys_id']}").text


def test_a_root_table_gets_the_sys_fields_as_dictionary_entries(api):
    """Clients read a table's columns from sys_dictionary."""
    made = api.create("sys_db_object", label="Parking Lot")
    assert made["name"] == "u_parking_lot"
    entries = api.rows("sys_dictionary", name="u_parking_lot", sysparm_fields="element")
    assert {"sys_id", "sys_created_on", "sys_updated_by", "sys_mod_count", "sys_tags", ""} == {
        *(each["element"] for each in entries),
    } - {"sys_created_by", "sys_updated_on"}
    lot = api.create("u_parking_lot")
    assert lot["sys_created_by"] == "admin"
    assert api.send("DELETE", f"sys_db_object/{made['sys_id']}").status_code == 204
    assert api.get("u_parking_lot").status_code == 400
    assert api.rows("sys_dictionary", name="u_parking_lot") == []


@pytest.mark.parametrize("parent", ["u_vehicle", "cmn_department", "sys_user_role"])
def test_any_table_can_be_extended(api, parent):
    """The first table that extends another gives it a class: what it holds is told from what the new one holds."""
    made = [api.create("sys_db_object", label="Vehicle")] if parent == "u_vehicle" else []
    above = api.rows("sys_db_object", name=parent)[0]["sys_id"]
    before = api.create(parent)
    made.append(api.create("sys_db_object", label="Truck", super_class=above))
    after, truck = api.create(parent), api.create("u_truck")
    assert [each["sys_class_name"] for each in (after, truck)] == [parent, "u_truck"]
    assert [row["sys_id"] for row in api.rows("u_truck")] == [truck["sys_id"]]
    assert {row["sys_id"] for row in api.rows(parent)} >= {each["sys_id"] for each in (before, after, truck)}
    own = api.rows(parent, sysparm_query=f"sys_class_name={parent}", sysparm_fields="sys_id")
    assert {before["sys_id"], after["sys_id"]} <= {row["sys_id"] for row in own}
    assert truck["sys_id"] not in {row["sys_id"] for row in own}
    assert len(api.rows("sys_dictionary", name=parent, element="sys_class_name")) == 1
    assert api.send("DELETE", f"u_truck/{before['sys_id']}").status_code == 404
    for table in reversed(made):
        assert api.send("DELETE", f"sys_db_object/{table['sys_id']}").status_code == 204
    assert api.get("u_truck").status_code == 400


def test_a_field_added_to_a_platform_table_holds_values_at_once(api):
    made = api.create("sys_dictionary", name="incident", column_label="Floor number", internal_type="integer")
    assert made["element"] == "u_floor_number"
    assert api.create("incident", u_floor_number="7")["u_floor_number"] == "7"
    assert api.rows("incident", sysparm_query="u_floor_number>6")[0]["u_floor_number"] == "7"
    api.send("DELETE", f"sys_dictionary/{made['sys_id']}")
    assert "u_floor_number" not in api.rows("incident", sysparm_limit=1)[0]


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("sys_db_object", {"name": "badge", "label": "Badge"}),
        ("sys_db_object", {"name": "u_bad name", "label": "Badge"}),
        ("sys_db_object", {}),
        ("sys_db_object", {"name": "u_x", "super_class": "f" * 32}),
        ("sys_dictionary", {"name": "incident", "element": "floor"}),
        ("sys_dictionary", {"name": "u_no_table", "element": "u_floor"}),
        ("sys_dictionary", {"element": "u_floor"}),
        ("sys_dictionary", {"name": "incident", "element": "u_floor", "internal_type": "no_such_type"}),
        ("sys_dictionary", {"name": "incident", "element": "u_r", "internal_type": "reference", "reference": "u_none"}),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(api, table, values):
    """403 in the platform's envelope; the dictionary stays as it was."""
    before = api.get(table, sysparm_limit=1).headers["X-Total-Count"]
    answer = api.send("POST", table, values)
    assert (answer.status_code, answer.json["error"]["message"]) == (403, "Operation Failed")
    assert api.get(table, sysparm_limit=1).headers["X-Total-Count"] == before


def test_a_field_keeps_the_way_it_is_stored(api):
    """A text cannot become a number: what stands in the database could not be read."""
    made = api.create("sys_dictionary", name="incident", element="u_wing", internal_type="string")
    answer = api.send("PATCH", f"sys_dictionary/{made['sys_id']}", {"internal_type": "integer"})
    assert answer.status_code == 403
    assert answer.json["error"]["detail"] == "the type of task.u_wing cannot be changed"
    assert api.create("incident", u_wing="West")["u_wing"] == "West"
    api.send("DELETE", f"sys_dictionary/{made['sys_id']}")


def test_a_field_that_is_deleted_leaves_nothing_behind(api, badge):
    """A new one of its name has no values, and may be of another type; so may those of a table that is made again."""
    made = api.create(BADGE, u_colour="red")
    for choice in api.rows("sys_choice", name=BADGE):
        api.send("DELETE", f"sys_choice/{choice['sys_id']}")
    for kind, value in (("string", "seven"), ("integer", "7"), ("glide_date", "2026-07-07"), ("string", "")):
        entry = api.rows("sys_dictionary", name=BADGE, element="u_colour")[0]["sys_id"]
        assert api.send("DELETE", f"sys_dictionary/{entry}").status_code == 204
        api.create("sys_dictionary", name=BADGE, element="u_colour", internal_type=kind)
        assert api.rows(BADGE, sys_id=made["sys_id"])[0]["u_colour"] == ""
        changed = api.send("PATCH", f"{BADGE}/{made['sys_id']}", {"u_colour": value}).json["result"]
        assert changed["u_colour"] == value


@pytest.mark.parametrize("kind", ["string", "integer"])
def test_a_table_that_is_made_again_may_have_other_fields(api, kind):
    made = api.create("sys_db_object", name="u_again", label="Again")
    api.create("sys_dictionary", name="u_again", element="u_kind", internal_type=kind)
    assert api.create("u_again", u_kind="7")["u_kind"] == "7"
    api.send("DELETE", f"sys_db_object/{made['sys_id']}")


def test_access_controls_come_with_the_box_ticked(api, make_user):
    """A role of the table's name opens it."""
    made = api.create("sys_db_object", name="u_locker", label="Locker", create_access_controls="true")
    assert make_user("u_locker_user").send("POST", "u_locker", {}).status_code == 201
    assert make_user("itil").send("POST", "u_locker", {}).status_code == 403
    api.send("DELETE", f"sys_db_object/{made['sys_id']}")


def test_a_table_of_the_platform_is_not_deleted(api):
    task = api.rows("sys_db_object", name="incident")[0]["sys_id"]
    assert api.send("DELETE", f"sys_db_object/{task}").status_code == 403
    assert api.get("incident").status_code == 200


@pytest.mark.source("platform documentation", "D")
@pytest.mark.parametrize(
    ("table", "element"), [("sys_user", "user_name"), ("sys_user_has_role", "role"), ("task", "state")]
)
@pytest.mark.parametrize(("method", "values"), [("DELETE", None), ("PATCH", {"active": "false"})])
def test_a_field_of_the_platform_is_neither_deleted_nor_switched_off(api, table, element, method, values):
    """Without some of them nobody could log in any more."""
    entry = api.rows("sys_dictionary", name=table, element=element)[0]["sys_id"]
    answer = api.send(method, f"sys_dictionary/{entry}", values)
    assert (answer.status_code, answer.json["error"]["detail"]) == (403, f"{table}.{element} belongs to the platform.")
    assert api.rows(table, sysparm_limit=1)[0][element]


@pytest.mark.parametrize("values", [{"name": "u_other"}, {"super_class": "incident"}, {"super_class": ""}])
def test_a_table_keeps_its_name_and_what_it_extends(api, badge, values):
    """Its records could not be found under another."""
    made = api.create(BADGE, short_description="Kept")
    assert api.send("PATCH", f"sys_db_object/{badge['sys_id']}", values).status_code == 403
    assert api.get(f"{BADGE}/{made['sys_id']}").status_code == 200


def test_a_field_keeps_its_name(api, badge):
    made = api.create(BADGE, u_colour="red")
    entry = api.rows("sys_dictionary", name=BADGE, element="u_colour")[0]["sys_id"]
    for values in ({"element": "u_tint"}, {"name": "incident"}):
        assert api.send("PATCH", f"sys_dictionary/{entry}", values).status_code == 403
    assert api.send("PATCH", f"sys_dictionary/{entry}", {"column_label": "Tint"}).status_code == 200
    assert api.rows(BADGE, sys_id=made["sys_id"])[0]["u_colour"] == "red"


@pytest.mark.parametrize("values", [{"column_label": "Colour"}, {"element": "u_colour", "internal_type": "integer"}])
def test_a_field_is_made_once(api, badge, values):
    """Of two entries for one field, chance would say which held."""
    answer = api.send("POST", "sys_dictionary", {"name": BADGE, **values})
    assert (answer.status_code, answer.json["error"]["detail"]) == (403, f"{BADGE} has a field u_colour already.")
    assert len(api.rows("sys_dictionary", name=BADGE, element="u_colour")) == 1


@pytest.mark.parametrize("parent", ["change_request", "cmdb_ci_server"])
def test_a_table_to_extend_may_be_named(api, parent):
    """Its name is as good as its label or its sys_id."""
    made = api.create("sys_db_object", label="Named", super_class=parent)
    assert made["super_class"]["value"] == api.rows("sys_db_object", name=parent)[0]["sys_id"]
    api.send("DELETE", f"sys_db_object/{made['sys_id']}")


def test_a_table_with_a_numbering_and_no_number_takes_records_and_numbers_them_once_it_has_the_field(api):
    """Either may be made first, as on the platform's forms."""
    made = api.create("sys_db_object", name="u_parcel")
    api.send("POST", "sys_number", {"table": "u_parcel", "prefix": "PCL", "number": "7"})
    assert api.send("POST", "u_parcel", {}).status_code == 201
    api.create("sys_dictionary", name="u_parcel", element="number", internal_type="string")
    assert api.create("u_parcel")["number"] == "PCL0000007"
    api.send("DELETE", f"sys_db_object/{made['sys_id']}")


@pytest.mark.parametrize(("digits", "length"), [("-3", 1), ("0", 7), ("3", 3), ("2147483647", 32)])
def test_a_numbering_of_any_digits_numbers_its_records(api, badge, digits, length):
    """An administrator may write anything there; records are made all the same."""
    numbering = {"table": BADGE, "prefix": "BDG", "number": "1", "maximum_digits": digits}
    assert api.send("POST", "sys_number", numbering).status_code == 201
    number = api.create(BADGE)["number"].removeprefix("BDG")
    assert (number.isdigit(), len(number)) == (True, length)


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("choice", "red", "red"),
        ("float", "1.25", "1.25"),
        ("percent_complete", "40", "40"),
        ("phone_number_e164", "+4930123", "+4930123"),
        ("ip_addr", "10.0.0.1", "10.0.0.1"),
        ("document_id", "6816f79cc0a8016401c5a33be04be441", "6816f79cc0a8016401c5a33be04be441"),
        ("user_roles", "itil,admin", "itil,admin"),
        ("json", '{"a": 1}', '{"a": 1}'),
    ],
)
def test_a_field_may_be_of_a_type_that_is_only_stored(api, badge, kind, given, kept):
    """A client that copies its instance's fields finds the platform's common types."""
    api.create("sys_dictionary", name=BADGE, element="u_own", internal_type=kind)
    made = api.create(BADGE, u_own=given)
    assert made["u_own"] == kept
    assert [row["sys_id"] for row in api.rows(BADGE, sysparm_query=f"u_own={given}")] == [made["sys_id"]]
    assert api.send("DELETE", f"{BADGE}/{made['sys_id']}").status_code == 204


@pytest.mark.parametrize(("kind", "length"), [("script", 8000), ("glide_list", 1024), ("url", 1024), ("string", 40)])
def test_a_field_that_names_no_length_has_that_of_its_type(api, badge, kind, length):
    """As one of a file of tables has: a script that is cut after 40 characters is none."""
    api.create("sys_dictionary", name=BADGE, element=f"u_{kind}", internal_type=kind)
    assert len(api.create(BADGE, **{f"u_{kind}": "x" * 9000})[f"u_{kind}"]) == length


def test_a_boolean_that_names_no_default_is_false(api, badge):
    """As one of a file of tables is, so that a filter for false finds new records."""
    api.create("sys_dictionary", name=BADGE, element="u_escorted", internal_type="boolean")
    made = api.create(BADGE, short_description="alone")
    assert made["u_escorted"] == "false"
    assert [row["sys_id"] for row in api.rows(BADGE, u_escorted="false")] == [made["sys_id"]]


@pytest.mark.parametrize("kind", ["journal_input", "password2"])
def test_neither_a_journal_nor_a_secret_stands_for_a_record(api, badge, kind):
    """Though its entry says *Display*: the record is called as one without such a field is."""
    api.create("sys_dictionary", name=BADGE, element="u_own", internal_type=kind, display="true")
    api.create(BADGE, short_description="Not meant")
    element = f"u_{kind}"
    made = api.create("sys_dictionary", name="incident", element=element, internal_type="reference", reference=BADGE)
    assert api.create("incident", **{element: "anything"})[element]["value"] == "anything"
    badge_made = api.create(BADGE, u_own="A secret or a note")
    held = api.create("incident", **{element: badge_made["sys_id"]})["sys_id"]
    shown = api.rows("incident", sys_id=held, sysparm_display_value="all", sysparm_fields=element)[0][element]
    assert shown["display_value"] == badge_made["number"]
    assert api.get("incident", sysparm_query=f"{element}LIKEa^ORDERBY{element}").status_code == 200
    assert api.send("DELETE", f"sys_dictionary/{made['sys_id']}").status_code == 204

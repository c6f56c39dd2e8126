"""Reading records over the Table API, as clients count on it."""

import pytest

HOST = "http://dev00001.service-now.com"
ADMIN = "6816f79cc0a8016401c5a33be04be441"
FINANCE = "a581ab703710200044e0bfc8bcbe5de8"


@pytest.mark.source("rest 2", "D")
def test_a_list_is_an_array_under_result(api):
    answer = api.get("incident", sysparm_limit=3)
    assert answer.status_code == 200
    assert len(answer.json["result"]) == 3
    assert answer.headers["X-Total-Count"] == "20"


@pytest.mark.source("rest 2", "C")
def test_keys_come_in_the_order_asked_for_and_unknown_ones_are_absent(api):
    """Clients rely on the order of sysparm_fields."""
    row = api.rows("incident", sysparm_fields="state,no_such_field,number,caller_id.name,active", sysparm_limit=1)[0]
    assert list(row) == ["state", "number", "caller_id.name", "active"]


@pytest.mark.source("rest 2", "C")
def test_empty_fields_mean_all_fields(api):
    assert api.rows("sys_user", sysparm_fields="", sysparm_limit=1)[0].keys() >= {"sys_id", "user_name", "email"}


@pytest.mark.source("rest 3", "D")
def test_every_raw_value_is_a_string(api):
    row = api.rows("incident", number="INC0000001", sysparm_exclude_reference_link="true")[0]
    assert all(isinstance(value, str) for value in row.values())
    assert (row["active"], row["priority"], row["sys_mod_count"], row["parent"]) == ("false", "1", "0", "")


REFERENCE_FORMS = [
    ("false", "false", {"link": f"{HOST}/api/now/table/cmn_department/{FINANCE}", "value": FINANCE}),
    ("false", "true", FINANCE),
    ("true", "false", {"display_value": "Finance", "link": f"{HOST}/api/now/table/cmn_department/{FINANCE}"}),
    ("true", "true", "Finance"),
    (
        "all",
        "false",
        {"display_value": "Finance", "link": f"{HOST}/api/now/table/cmn_department/{FINANCE}", "value": FINANCE},
    ),
    ("all", "true", {"display_value": "Finance", "value": FINANCE}),
]


@pytest.mark.source("rest 3", "D")
@pytest.mark.parametrize(("display", "no_link", "form"), REFERENCE_FORMS)
def test_a_reference_has_six_forms(api, display, no_link, form):
    """By sysparm_display_value and sysparm_exclude_reference_link."""
    answer = api.get(f"sys_user/{ADMIN}", sysparm_display_value=display, sysparm_exclude_reference_link=no_link)
    assert answer.json["result"]["department"] == form


@pytest.mark.source("rest 3", "D")
@pytest.mark.parametrize(
    ("display", "form"), [("false", ""), ("true", ""), ("all", {"display_value": "", "value": ""})]
)
def test_an_empty_reference_has_no_link(api, display, form):
    assert api.get(f"sys_user/{ADMIN}", sysparm_display_value=display).json["result"]["manager"] == form


@pytest.mark.source("rest 3", "C")
def test_times_are_utc_raw_and_local_when_displayed(api):
    """The default user is on US/Pacific, so that a client that mixes the two up is found out."""
    row = api.rows("incident", number="INC0000001", sysparm_display_value="all", sysparm_fields="opened_at")[0]
    assert row["opened_at"] == {"display_value": "2020-03-01 15:09:51", "value": "2020-03-01 23:09:51"}


@pytest.mark.source("rest 3", "C")
def test_a_password_shows_as_stars_only(api):
    row = api.get(f"sys_user/{ADMIN}", sysparm_display_value="all").json["result"]
    assert row["user_password"] == {"display_value": "********", "value": ""}


@pytest.mark.source("rest 3", "C")
def test_journal_fields_are_empty_raw_and_hold_every_entry_displayed(api):
    raw = api.rows("incident", number="INC0000001", sysparm_fields="work_notes")[0]["work_notes"]
    shown = api.rows("incident", number="INC0000001", sysparm_fields="work_notes", sysparm_display_value="true")[0]
    assert raw == ""
    newest, oldest = shown["work_notes"].index("Mounted after"), shown["work_notes"].index("dismounted")
    assert newest < oldest
    assert shown["work_notes"].startswith("2020-03-04 10:02:10 - Charlie Whitherspoon (Work notes)\n")


@pytest.mark.source("rest 3", "C")
def test_a_parent_table_gives_children_with_their_class(api):
    rows = api.rows("task", sysparm_query="number=CHG0000001", sysparm_display_value="all")
    assert rows[0]["sys_class_name"] == {"display_value": "Change Request", "value": "change_request"}
    assert "risk" not in rows[0]


@pytest.mark.source("rest 1", "C")
@pytest.mark.parametrize(("version", "prefix"), [("", "now"), ("v1", "now/v1"), ("v2", "now/v2")])
def test_links_echo_the_version_and_the_host_of_the_request(api, version, prefix):
    answer = api.get("incident", version, sysparm_limit=1)
    assert answer.json["result"][0]["opened_by"]["link"].startswith(f"{HOST}/api/{prefix}/table/sys_user/")
    assert answer.headers["Link"].startswith(f"<{HOST}/api/{prefix}/table/incident?")


@pytest.mark.source("rest 1", "D")
def test_an_empty_list_is_404_in_v1_and_empty_later(api):
    nothing = {"sysparm_query": "number=NONE"}
    assert api.get("incident", "v1", **nothing).status_code == 404
    assert api.get("incident", "v2", **nothing).json == api.get("incident", **nothing).json == {"result": []}


@pytest.mark.source("rest 2", "D")
def test_filters_are_anded_and_take_display_values(api):
    """A choice by its label, a reference by user name or name."""
    by_label = api.rows("incident", state="closed", sysparm_fields="number")
    assert by_label == api.rows("incident", state="7", sysparm_fields="number")
    assert len(by_label) == 4
    assert [row["number"] for row in api.rows("incident", assigned_to="rick.berzle")] == ["INC0000010"]
    assert [row["number"] for row in api.rows("incident", assigned_to="Rick Berzle", state="2")] == ["INC0000010"]
    assert api.rows("incident", assigned_to="rick.berzle", state="7") == []


@pytest.mark.source("rest 2", "D")
def test_a_filter_is_one_term_whatever_it_holds(api):
    """A caret in a value adds no condition of its own."""
    assert api.rows("incident", number="x^ORnumber=INC0000001") == []


@pytest.mark.source("rest 2", "C")
def test_without_a_count_there_is_a_next_page_and_no_last(api):
    """Nobody knows where the list ends, so the links are followed until a page is not full."""
    answer = api.get("incident", sysparm_limit=8, sysparm_no_count="true")
    seen = len(answer.json["result"])
    while "next" in (links := relations(answer)):
        assert "last" not in links
        assert "X-Total-Count" not in answer.headers
        answer = api.open(links["next"].removeprefix(HOST))
        seen += len(answer.json["result"])
    assert (seen, set(links)) == (20, {"first", "prev"})
    assert "Link" not in api.get("incident", sysparm_no_count="true").headers
    suppressed = {"sysparm_no_count": "true", "sysparm_suppress_pagination_header": "true"}
    assert "Link" not in api.get("incident", sysparm_limit=1, **suppressed).headers


@pytest.mark.source("rest 2", "C")
def test_the_suppressed_pagination_header_leaves_the_total(api):
    answer = api.get("incident", sysparm_limit=1, sysparm_suppress_pagination_header="true")
    assert "Link" not in answer.headers
    assert answer.headers["X-Total-Count"] == "20"


def relations(answer):
    """The Link header: by relation, where it leads."""
    return {
        relation.rstrip('"'): address.lstrip("<")
        for address, relation in (link.split('>;rel="') for link in answer.headers["Link"].split(",<"))
    }


@pytest.mark.source("rest 2", "F")
def test_pages_follow_the_links_to_the_end(api):
    seen = []
    path = "/api/now/table/incident?sysparm_query=ORDERBYnumber&sysparm_fields=number&sysparm_limit=8"
    while path:
        answer = api.open(path)
        seen += [row["number"] for row in answer.json["result"]]
        links = dict(reversed(link.split(">;rel=")) for link in answer.headers["Link"].split(",<"))
        path = links.get('"next"', "").partition(HOST)[2]
    assert seen == sorted(set(seen))
    assert len(seen) == 20


@pytest.mark.source("rest 1", "D")
def test_head_is_get_without_a_body(api):
    answer = api.open("/api/now/table/incident?sysparm_limit=1", "HEAD")
    assert (answer.status_code, answer.data, answer.headers["X-Total-Count"]) == (200, b"", "20")


@pytest.mark.source("rest 1", "C")
def test_a_list_without_rights_is_empty_and_its_total_is_not(make_user):
    """No refusal, no marker: clients are built around it."""
    answer = make_user().get("change_request")
    assert (answer.status_code, answer.json, answer.headers["X-Total-Count"]) == (200, {"result": []}, "16")


@pytest.mark.source("rest 1", "C")
def test_a_platform_table_without_rights_is_refused(make_user):
    answer = make_user("itil").get("sys_db_object")
    assert answer.status_code == 403
    assert answer.json["error"] == {
        "message": "User Not Authorized",
        "detail": "User is unauthorized to access table: sys_db_object",
    }


@pytest.mark.source("rest 1", "C")
def test_properties_look_empty_to_whoever_is_no_admin(make_user):
    assert make_user("itil").rows("sys_properties") == []


@pytest.mark.source("rest 1", "C")
def test_of_a_choice_others_than_admins_read_the_label_alone(make_user):
    row = make_user("itil").rows("sys_choice", sysparm_limit=1)[0]
    assert list(row) == ["label"]


@pytest.mark.source("platform 4.2", "C")
def test_an_unknown_table_is_400_even_for_somebody_without_roles(make_user):
    """Several clients rely on the 400."""
    answer = make_user().get("not_a_real_class")
    assert answer.status_code == 400
    assert answer.json == {
        "error": {"message": "Invalid table not_a_real_class", "detail": None},
        "status": "failure",
    }


@pytest.mark.source("platform 4.2", "C")
@pytest.mark.parametrize("sys_id", ["0" * 32, "short", "Z" * 32, "a" * 33, "é" * 32, "x" * 5000])
def test_an_unknown_record_is_404(api, sys_id):
    answer = api.get(f"incident/{sys_id}")
    assert answer.status_code == 404
    assert answer.json == {
        "error": {
            "message": "No Record found",
            "detail": "Record doesn't exist or ACL restricts the record retrieval",
        },
        "status": "failure",
    }


@pytest.mark.source("rest 10", "C")
def test_the_identity_probes_find_exactly_the_caller(make_user):
    user = make_user("itil")
    for query in ("sys_id=javascript:gs.getUserID()", "user_name=javascript:gs.getUserName()"):
        assert [row["user_name"] for row in user.rows("sys_user", sysparm_query=query)] == [user.auth[0]]
    roles = user.rows(
        "sys_user_has_role",
        sysparm_query="user=javascript:gs.getUserID()^state=active^inherited=false",
        sysparm_fields="role.name",
    )
    assert roles == [{"role.name": "itil"}]


@pytest.mark.source("rest 10", "C")
def test_the_release_is_read_from_the_properties(api):
    rows = api.rows("sys_properties", sysparm_query="nameINglide.war,glide.sys.default.tz", sysparm_fields="name,value")
    values = {row["name"]: row["value"] for row in rows}
    assert values["glide.war"].startswith("glide-orlando-")
    assert values["glide.sys.default.tz"] == "US/Pacific"


def test_a_time_zone_that_does_not_exist_is_utc(api, make_user):
    """Any text can be written into a user's time zone; the user must still be able to read, and to mend it."""
    made = make_user("itil")
    user = api.rows("sys_user", sysparm_query=f"user_name={made.auth[0]}")[0]["sys_id"]
    for name in ("Nowhere/Nothing", "../../etc/passwd", "Europe/Berlin\n"):
        assert api.send("PATCH", f"sys_user/{user}", {"time_zone": name}).status_code == 200
        record = made.rows("incident", sysparm_limit=1, sysparm_display_value="all")[0]
        assert record["sys_created_on"]["display_value"] == record["sys_created_on"]["value"]


@pytest.mark.source("platform 2.3", "C")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("table", ["sys_store_app", "sys_plugins", "v_plugin", "sys_package"])
def test_a_table_closed_to_rest_is_closed_to_an_admin_too(api, method, table):
    """Also those of them that are not emulated, which nobody can tell."""
    answer = api.open(f"/api/now/table/{table}", method, json={} if method == "POST" else None)
    assert answer.status_code == 403
    assert answer.json["error"] == {"message": "User Not Authorized", "detail": "Failed API level ACL Validation"}

"""Values that violate their field, over the Table API: one rule, whichever way they come."""

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import settings as tuned
from hypothesis import strategies as st
from people import Person

ADMIN = "6816f79cc0a8016401c5a33be04be441"
INCIDENTS = "/api/now/table/incident"


PUBLIC = {"/api/now/oauth/jwks"}
"""Answers everybody, and no refusal of its own is the API's."""


class Client:
    def __init__(self, app, user="admin", password="admin"):
        self.http, self.auth = app.test_client(), (user, password)

    def open(self, path, method="GET", body=None, **parameters):
        data = None if body is None else json.dumps(body)
        answer = self.http.open(
            path, method=method, data=data, auth=self.auth, content_type="application/json", query_string=parameters
        )
        assert answer.status_code < 500, answer.text
        return answer

    def one(self, sys_id, **parameters):
        """The record; None where there is none."""
        return self.open(f"{INCIDENTS}/{sys_id}", **parameters).json.get("result")


@pytest.fixture(scope="module")
def client(shared_instance):
    return Client(shared_instance)


@pytest.fixture(params=["POST", "PUT", "PATCH"])
def write(request, client):
    """Write one field in one of the three ways, and return the record as it is then read."""

    def one(**values):
        if request.param == "POST":
            made = client.open(INCIDENTS, "POST", values)
        else:
            made = client.open(INCIDENTS, "POST", {})
            path = f"{INCIDENTS}/{made.json['result']['sys_id']}"
            assert client.open(path, request.param, values).status_code == 200
        return client.one(made.json["result"]["sys_id"], sysparm_exclude_reference_link="true")

    return one


OF_THE_INSTANCE = {
    "sys_id": "f" * 32,
    "sys_created_by": "mallory",
    "sys_created_on": "2001-01-01 00:00:00",
    "sys_updated_by": "mallory",
    "sys_updated_on": "2001-01-01 00:00:00",
    "sys_mod_count": "99",
    "sys_class_name": "problem",
    "number": "INC9",
    "no_such_field": "x",
}


@pytest.mark.attack("D06")
def test_d06_what_only_the_instance_fills_is_nobody_elses_to_give(client):
    """A new record has its own; one that is there stays as it is, its update count included."""
    made = client.open(INCIDENTS, "POST", OF_THE_INSTANCE).json["result"]
    assert "no_such_field" not in made
    assert not [name for name, value in OF_THE_INSTANCE.items() if made.get(name) == value]
    for method in ("PUT", "PATCH"):
        answer = client.open(f"{INCIDENTS}/{made['sys_id']}", method, OF_THE_INSTANCE)
        assert (answer.status_code, answer.json["result"]) == (200, made)
    assert client.one("f" * 32) is None


@pytest.mark.attack("D06")
def test_d06_nobody_gives_a_record_another_scope(client):
    """It would open the record to the scope's own rules."""
    scripts, body = "/api/now/table/sys_script", {"name": "x", "collection": "incident", "active": "false"}
    made = client.open(scripts, "POST", {**body, "sys_scope": "x_mioms_m365ticket"}).json["result"]
    assert made["sys_scope"]["value"] == "global"
    changed = client.open(f"{scripts}/{made['sys_id']}", "PATCH", {"sys_scope": "x_mioms_m365ticket"}).json["result"]
    assert changed["sys_scope"]["value"] == "global"


@pytest.mark.attack("D09")
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_d09_what_is_no_sys_id_is_no_record(client, method):
    """The product's own 404; in capitals a sys_id names nothing. A slash makes another address, 10 KB none at all."""
    there = client.open(INCIDENTS, "POST", {}).json["result"]["sys_id"]
    body = {} if method in {"PUT", "PATCH"} else None
    odd = (there.upper(), "x", there[:31], f"{there}0", "é" * 32, "\u0661" * 32, "a" * 8000, "%00", "%27or1%3d1", "%25")
    for sys_id in odd:
        answer = client.open(f"{INCIDENTS}/{sys_id}", method, body)
        assert (answer.status_code, answer.json["error"]["message"]) == (404, "No Record found"), sys_id
    for path, status in (("..%2f..%2fsys_user", 400), (f"..%2f{there}", 400), ("..%2f", 404), ("a" * 10_000, 414)):
        assert client.open(f"{INCIDENTS}/{path}", method, body).status_code == status
    assert client.one(there)["sys_mod_count"] == "0"


@pytest.mark.attack("D09")
def test_d09_an_odd_sys_id_that_is_there_is_found(client):
    """The global application's sys_id is its name."""
    assert client.open("/api/now/table/sys_scope/global").json["result"]["scope"] == "global"


@pytest.mark.attack("D11")
def test_d11_a_value_that_does_not_fit_is_dropped_or_cut_alike_on_every_way(write):
    """A choice that is none, a word for a date or a number are dropped; a text that is too long is cut."""
    record = write(
        urgency="9",
        state="Closed",
        due_date="tomorrow",
        reassignment_count="many",
        short_description="x" * 500,
        correlation_id="y" * 500,
        active="maybe",
        caller_id={"link": "http://h/x", "value": ADMIN},
    )
    assert (record["urgency"], record["state"]) == ("3", "1")
    assert (record["due_date"], record["reassignment_count"], record["active"]) == ("", "0", "false")
    assert record["short_description"] == "x" * 160
    assert record["correlation_id"] == "y" * 100
    assert record["caller_id"] == ADMIN


@pytest.mark.attack("D11")
@pytest.mark.parametrize(
    ("field", "value", "alert"),
    [
        ("urgency", "9", "Urgency: Write a whole number."),
        ("category", "none of them", "Category: This is not one of the choices."),
        ("short_description", "x" * 161, "Short description: At most 160 characters."),
        ("start_date", "tomorrow", "Planned start date: Write the date and time as"),
        ("start_date", "0000-00-00 00:00:00", "Planned start date: Write the date and time as"),
    ],
)
def test_d11_a_person_is_told_of_a_value_that_does_not_fit_and_nothing_is_written(
    client, shared_instance, field, value, alert
):
    """At the form nothing is dropped or cut behind anybody's back."""
    table = "change_request" if field == "start_date" else "incident"
    path = f"/api/now/table/{table}"
    made = client.open(path, "POST", {}).json["result"]
    person = Person(shared_instance).log_in()
    values = {f"{table}__{field}": value, f"{table}__description": "with it"}
    page = person.save(f"/{table}.do?sys_id={made['sys_id']}", **values)
    assert page.status == 422
    assert alert in page.alerts[0]
    assert client.open(f"{path}/{made['sys_id']}").json["result"] == made


@pytest.mark.attack("D11")
@pytest.mark.parametrize(
    ("value", "status"), [([], 201), ({}, 201), ([["a"]], 400), ({"value": ["a"]}, 400), ({"a": {"b": "c"}}, 201)]
)
def test_d11_a_structure_is_no_value(client, value, status):
    answer = client.open(INCIDENTS, "POST", {"short_description": value})
    assert answer.status_code == status
    assert status == 400 or answer.json["result"]["short_description"] == ""


@pytest.mark.attack("D12")
def test_d12_a_reference_to_a_missing_record_is_kept_and_shows_nothing(write, client):
    """Links are built blindly from the stored value; a dot-walk through it is empty."""
    record = write(caller_id="0" * 32)
    assert record["caller_id"] == "0" * 32
    fields = "caller_id,caller_id.name,caller_id.manager.name"
    shown = client.one(record["sys_id"], sysparm_display_value="all", sysparm_fields=fields)
    assert shown["caller_id"]["display_value"] == ""
    assert shown["caller_id"]["link"].endswith(f"/sys_user/{'0' * 32}")
    assert shown["caller_id.name"] == shown["caller_id.manager.name"] == {"display_value": "", "value": ""}


@pytest.mark.attack("D12")
@pytest.mark.parametrize("text", ["no such user", "x" * 500, "a^ORactive=true", "' or 1=1 --", "ADMIN"])
def test_d12_a_reference_by_a_word_that_names_nobody_is_no_fault(write, text):
    """It is kept as it came, as long as a sys_id; a user is called by name or user ID, in any case."""
    assert write(caller_id=text)["caller_id"] == (ADMIN if text == "ADMIN" else text[:32])


@pytest.mark.attack("D12")
def test_d12_a_record_of_a_table_one_may_not_read_is_not_named(shared_instance, client):
    """Neither by display value nor by a dot-walk; the sys_id itself is the record's own."""
    body = {"user_name": "reads.little", "password": "secret", "roles": []}
    user = shared_instance.test_client().post("/lab/users", json=body).json["sys_id"]
    problem = client.open("/api/now/table/problem", "POST", {"short_description": "secret"}).json["result"]
    made = client.open(INCIDENTS, "POST", {"problem_id": problem["sys_id"], "caller_id": user}).json["result"]
    for own, number in ((client, problem["number"]), (Client(shared_instance, "reads.little", "secret"), "")):
        parameters = {"sysparm_fields": "problem_id,problem_id.number,caller_id", "sysparm_display_value": "all"}
        shown = own.one(made["sys_id"], **parameters)
        assert shown["problem_id"]["display_value"] == number
        assert shown.get("problem_id.number", {"value": ""})["value"] == number
        assert shown["caller_id"]["value"] == user


@pytest.mark.attack("D13")
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0000-00-00 00:00:00", ""),
        ("10000-01-01 00:00:00", ""),
        ("2016-12-31 23:59:60", ""),
        ("2023-02-29", ""),
        ("2024-02-29", "2024-02-29 00:00:00"),
        ("2024-01-02T03:04:05Z", ""),
        ("2024-01-02 03:04:05+02:00", ""),
        ("0001-01-01 00:00:00", "0001-01-01 00:00:00"),
        ("9999-12-31 23:59:59", "9999-12-31 23:59:59"),
        ("\u0662\u0660\u0662\u0664-\u0660\u0661-\u0660\u0662", ""),
        ("1704164645", ""),
    ],
)
def test_d13_a_time_is_kept_exactly_or_not_at_all(client, given, kept):
    made = client.open(INCIDENTS, "POST", {"due_date": given}).json["result"]
    assert made["due_date"] == kept
    assert client.open(f"{INCIDENTS}/{made['sys_id']}", sysparm_display_value="all").status_code == 200


@pytest.mark.attack("D13")
@pytest.mark.parametrize(
    ("given", "utc", "shown"),
    [
        ("2024-03-10 02:30:00", "2024-03-10 10:30:00", "2024-03-10 03:30:00"),
        ("2024-11-03 01:30:00", "2024-11-03 08:30:00", "2024-11-03 01:30:00"),
        ("9999-12-31 23:59:59", "", ""),
        ("0001-01-01 00:00:00", "0001-01-01 07:52:58", "0001-01-01 00:00:00"),
    ],
)
def test_d13_a_displayed_time_in_a_gap_of_its_zone_is_another_name_for_one_that_is(client, given, utc, shown):
    """US/Pacific skips an hour in March and repeats one in November; beyond the end of time there is none."""
    made = client.open(INCIDENTS, "POST", {"due_date": given}, sysparm_input_display_value="true").json["result"]
    assert made["due_date"] == utc
    assert client.one(made["sys_id"], sysparm_display_value="true")["due_date"] == shown


@pytest.mark.attack("D13")
@tuned(max_examples=15)
@given(moment=st.datetimes(min_value=datetime.fromisoformat("1901-01-02")))
def test_d13_every_time_comes_back_as_it_was(client, moment):
    """Raw in, raw out; and displayed in, displayed out, but for the hours that a zone skips or repeats."""
    text = moment.replace(microsecond=0).isoformat(" ")
    made = client.open(INCIDENTS, "POST", {"due_date": text}).json["result"]
    assert made["due_date"] == text
    shown = client.one(made["sys_id"], sysparm_display_value="true")["due_date"]
    body = {"due_date": shown}
    again = client.open(f"{INCIDENTS}/{made['sys_id']}", "PATCH", body, sysparm_input_display_value="true")
    assert client.one(made["sys_id"], sysparm_display_value="true")["due_date"] == shown
    assert again.status_code == 200


@pytest.mark.attack("D14")
@pytest.mark.parametrize(
    ("query", "rows"),
    [("sysparm_limit=2&sysparm_limit=9", 2), ("sysparm_limit=2%20", 2), ("sysparm_limit=%2B2", None)],
)
def test_d14_of_a_repeated_limit_the_first_counts_and_blanks_do_not(client, query, rows):
    answer = client.http.get(f"{INCIDENTS}?{query}", auth=client.auth)
    assert answer.status_code == (400 if rows is None else 200)
    assert rows is None or len(answer.json["result"]) == rows


@pytest.mark.attack("D15")
def test_d15_pages_in_creation_order_lose_and_repeat_nothing_while_records_are_made(client):
    """With a stable sort the pages agree with each other, and so do Link and X-Total-Count."""
    for number in range(5):
        client.open(INCIDENTS, "POST", {"short_description": f"paged {number}"})
    seen, offset = [], 0
    query = "short_descriptionSTARTSWITHpaged^ORDERBYsys_created_on^ORDERBYnumber"
    while True:
        parameters = {"sysparm_query": query, "sysparm_limit": 2, "sysparm_offset": offset, "sysparm_fields": "number"}
        page = client.open(INCIDENTS, **parameters)
        seen += [row["number"] for row in page.json["result"]]
        total = int(page.headers["X-Total-Count"])
        assert ('rel="next"' in page.headers["Link"]) == (offset + 2 < total)
        if offset + 2 >= total:
            break
        offset += 2
        if offset < 6:
            client.open(INCIDENTS, "POST", {"short_description": "paged later"})
    assert len(seen) == len(set(seen)) == total == 7


@pytest.mark.attack("D18")
def test_d18_what_is_not_there_is_404_and_nothing_to_change_changes_nothing(client):
    made = client.open(INCIDENTS, "POST", {"short_description": "x"}).json["result"]
    path = f"{INCIDENTS}/{made['sys_id']}"
    for body in ({}, {"short_description": "x"}, {"no_such_field": "y"}, {"sys_mod_count": "9"}):
        for method in ("PATCH", "PUT"):
            answer = client.open(path, method, body)
            assert (answer.status_code, answer.json["result"]) == (200, made)
    assert client.open(path, "DELETE").status_code == 204
    for method in ("DELETE", "PATCH", "PUT", "GET"):
        answer = client.open(path, method, {"short_description": "y"} if method != "GET" else None)
        assert (answer.status_code, answer.json["error"]["message"]) == (404, "No Record found")


@pytest.mark.attack("D19")
def test_d19_no_request_skips_an_approval_or_opens_what_is_closed(client):
    """403 in the platform's words, and not even the update count moves."""
    changes = "/api/now/table/change_request"
    change = client.open(changes, "POST", {"short_description": "x", "type": "normal"}).json["result"]["sys_id"]
    words = {"work_notes": "x", "close_code": "successful", "close_notes": "y"}
    for legal, illegal in (
        ({}, ("-3", "-2", "-1", "0", "3")),
        ({"state": "-4"}, ("-2", "-1", "0", "3")),
        ({"state": "-3"}, ("-5", "-2", "-1", "0", "3")),
        ({"state": "4", "work_notes": "Not needed"}, ("-5", "-4", "-3", "-2", "-1", "0", "3")),
    ):
        before = client.open(f"{changes}/{change}", "PATCH", legal).json["result"]
        assert before["state"] == legal.get("state", "-5")
        for state in illegal:
            for method in ("PATCH", "PUT"):
                answer = client.open(f"{changes}/{change}", method, {"state": state, **words})
                assert (answer.status_code, answer.json["error"]["message"]) == (403, "Operation Failed")
        assert client.open(f"{changes}/{change}").json["result"] == before


@pytest.mark.attack("D20")
def test_d20_every_refusal_of_every_address_has_the_one_shape(client, shared_instance):
    """All APIs of the address map, asked without credentials, in a method they do not take, and for what is not."""
    paths = {rule.rule for rule in shared_instance.url_map.iter_rules() if rule.rule.startswith("/api/")} - PUBLIC
    assert len(paths) > 5
    for rule in sorted(paths):
        path = (
            rule.replace("<any(v1, v2):version>", "v1")
            .replace("<table>", "no_such")
            .replace("<sys_id>", "x")
            .replace("<relation_id>", "y")
        )
        for answer in (
            shared_instance.test_client().get(path),
            client.open(path, "TRACE"),
            client.open(f"{path}/no/such/thing"),
        ):
            assert answer.status_code in {400, 401, 404, 405}, path
            assert list(answer.json) == ["error", "status"], path
            assert set(answer.json["error"]) == {"message", "detail"}
            assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"


@pytest.mark.attack("D20")
def test_d20_a_body_that_is_too_large_is_refused_in_the_same_shape(client, shared_instance):
    """By every address that reads one."""
    refused = set()
    for rule in shared_instance.url_map.iter_rules():
        for method in rule.methods & {"POST", "PUT", "PATCH"} if rule.rule.startswith("/api/") else ():
            path = rule.rule.replace("<any(v1, v2):version>", "v1").replace("<table>", "incident")
            path = path.replace("<staging>", "imp_incident").replace("<class_name>", "cmdb_ci")
            answer = client.http.open(
                path,
                method=method,
                auth=client.auth,
                query_string={"table_name": "incident", "table_sys_id": "x", "file_name": "y"},
                content_type="application/json",
                environ_overrides={"CONTENT_LENGTH": str(10**12)},
            )
            if answer.status_code == 413:
                refused.add(path)
            assert 400 <= answer.status_code < 500, path
            assert list(answer.json) == ["error", "status"], path
            assert set(answer.json["error"]) == {"message", "detail"}
    assert {"/api/now/table/incident", "/api/now/v1/batch", "/api/now/attachment/file"} <= refused

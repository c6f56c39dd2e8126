"""Hostile input over the Table API: refused or stored exactly, never a fault of the instance."""

from base64 import b64decode
from urllib.parse import quote

import pytest
from patience import HANGING
from sqlalchemy import event
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

AUTH = ("admin", "admin")
TABLE = "/api/now/table/incident"


@pytest.fixture
def attack(shared_instance):
    """Send, and see afterwards that the instance still works."""
    client = shared_instance.test_client()

    def send(path=TABLE, method="POST", content_type="application/json", **arguments):
        answer = client.open(path, method=method, auth=AUTH, content_type=content_type, **arguments)
        assert answer.status_code < 500, answer.text
        return answer

    yield send
    assert client.get("/lab/health").json["database"] == "ok"


def stored(attack, body):
    answer = attack(data=body)
    assert answer.status_code == 201, answer.text
    path = answer.headers["Location"].partition("localhost")[2]
    return attack(path, "GET").json["result"]


@pytest.mark.attack("D02")
@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 1_000_000], ids=["arrays", "objects", "1 MB"]
)
def test_d02_deep_json_is_400(attack, body):
    answer = attack(data=body)
    assert answer.status_code == 400
    assert answer.json["error"]["message"] == "Exception while reading request"


@pytest.mark.attack("D03")
@pytest.mark.parametrize(
    "body",
    [
        b'{"short_description":"\\ud800"}',
        b'{"short_description":"\\u0000"}',
        b'{"\\udc00":"x"}',
        b'{"short_description":"\xff"}',
        '{"short_description":"x"}'.encode("utf-16"),
    ],
    ids=["lone surrogate", "NUL", "surrogate key", "invalid UTF-8", "UTF-16"],
)
def test_d03_text_that_cannot_be_kept_is_400(attack, body):
    assert attack(data=body).status_code == 400


@pytest.mark.attack("D03")
@pytest.mark.parametrize("text", ["\uffff\ufdd0", "😀", "a\r\n\tb", "\u202eevil", "ﬃ", "é"])
def test_d03_odd_text_comes_back_as_it_was(attack, text):
    import json

    body = json.dumps({"short_description": text}).encode()
    assert stored(attack, body)["short_description"] == text
    body = b"\xef\xbb\xbf" + json.dumps({"short_description": text}, ensure_ascii=False).encode()
    assert stored(attack, body)["short_description"] == text


@pytest.mark.attack("D03")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        *[
            (f"{TABLE}?{nul}", 400)
            for nul in ("sysparm_query=number%3D%00", "number=%00", "sysparm_fields=%00", "a%00=b")
        ],
        *[("/api/now/table/inc%00ident", 400), (f"{TABLE}/%00", 404), ("/api/now/table/%ff", 400)],
        *[(f"{TABLE}/%ed%a0%80", 404), (f"{TABLE}?sysparm_query=%ff%fe", 200), (f"{TABLE}?number=%ed%a0%80", 200)],
    ],
)
def test_d03_a_nul_or_half_a_letter_in_an_address_is_no_fault(attack, path, status):
    """What is no UTF-8 is read as the replacement character, which nothing is called."""
    assert attack(path, "GET").status_code == status


@pytest.mark.attack("D04")
@pytest.mark.parametrize(
    "number",
    ["9223372036854775808", "-9223372036854775809", "1e999", "1.9", "true", '"١٢"', "9" * 5000, '"1e3"', '" 2"'],
)
@pytest.mark.parametrize(("field", "default"), [("reassignment_count", "0"), ("urgency", "3")])
def test_d04_a_number_that_does_not_fit_is_dropped_and_never_another_number(attack, field, default, number):
    """The field keeps its default; nothing is rounded, wrapped or cut (platform 2.4)."""
    answer = attack(data=f'{{"{field}":{number}}}'.encode())
    assert (answer.status_code, answer.json["result"][field]) == (201, default)


@pytest.mark.attack("D04")
@pytest.mark.parametrize(
    ("number", "kept"),
    [
        *[
            ("9223372036854775808", ""),
            ("1e999", ""),
            ('"NaN"', ""),
            ('"-Infinity"', ""),
            ("true", ""),
            ("9" * 5000, ""),
        ],
        *[('"١٢"', ""), ('"1_000"', ""), ('" 2 "', ""), ('"1,5"', ""), ('"0x10"', ""), ("1.9", "1.9"), ("-0", "0")],
        *[("9999999999999.99", "9999999999999.99"), ("1e-400", "0"), ('"1e999999999"', "")],
    ],
)
def test_d04_a_decimal_is_kept_exactly_or_not_at_all(attack, number, kept):
    answer = attack("/api/now/table/sc_cat_item", data=f'{{"price":{number}}}'.encode())
    assert (answer.status_code, answer.json["result"]["price"]) == (201, kept)


@pytest.mark.attack("D04")
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_d04_what_is_no_number_of_json_is_400(attack, number):
    assert attack(data=f'{{"urgency":{number}}}'.encode()).status_code == 400


@pytest.mark.attack("D04")
def test_d04_an_integer_field_keeps_a_large_number_exactly(attack):
    assert stored(attack, b'{"reassignment_count":2147483647}')["reassignment_count"] == "2147483647"


@pytest.mark.attack("D05")
@pytest.mark.parametrize("body", [b"null", b'"text"', b"[]", b"7", b"[[]]", b"[null]", b"true", b"{"])
def test_d05_what_is_no_record_is_400(attack, body):
    assert attack(data=body).status_code == 400


@pytest.mark.attack("D05")
@pytest.mark.parametrize("body", [b"{}", b"", b" \n", b"[{}]"])
def test_d05_no_fields_make_a_record_of_defaults(attack, body):
    """As `POST {}` does on the platform (platform 2.4)."""
    record = stored(attack, body)
    assert (record["short_description"], record["urgency"], record["state"]) == ("", "3", "1")


@pytest.mark.attack("D05")
def test_d05_of_a_repeated_key_the_last_counts(attack):
    body = b'{"short_description":"first","short_description":"last"}'
    assert stored(attack, body)["short_description"] == "last"


@pytest.mark.attack("D14")
@pytest.mark.parametrize("limit", ["-1", "1;", "abc", "1.5", "%D9%A1", "0x10"])
def test_d14_a_bad_limit_is_400(attack, limit):
    answer = attack(f"{TABLE}?sysparm_limit={limit}", "GET")
    assert answer.status_code == 400
    assert answer.json["status"] == "failure"


@pytest.mark.attack("D14")
@pytest.mark.parametrize(
    ("limit", "rows"),
    [("0", 0), ("1000000000", 20), (str(2**63), 20), ("9" * 5000, 20), ("", 20), ("2&sysparm_limit=9", 2)],
)
def test_d14_an_odd_limit_is_clamped(attack, limit, rows):
    query = f"sysparm_query=numberSTARTSWITHINC00000&sysparm_limit={limit}"
    answer = attack(f"{TABLE}?{query}", "GET")
    assert (answer.status_code, len(answer.json["result"])) == (200, rows)


@pytest.mark.attack("D14")
@pytest.mark.parametrize("limit", [10**9, 2**63])
def test_d14_no_page_is_larger_than_the_largest(attack, shared_instance, limit):
    """Whatever is asked for, the database is asked for 100,000 rows at the most."""
    asked: list[object] = []

    def note(_connection, _cursor, statement, parameters, *_more):
        if "LIMIT" in statement.upper():
            asked.extend(parameters.values() if isinstance(parameters, dict) else parameters)

    engine = part_of(shared_instance, Gate).store.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert attack(f"{TABLE}?sysparm_limit={limit}", "GET").status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert max(each for each in asked if isinstance(each, int)) in {100_000, 100_001}


@pytest.mark.attack("D15")
@pytest.mark.parametrize(("offset", "status"), [("-1", 400), (str(2**63), 200), ("1000000", 200), ("x", 400)])
def test_d15_an_offset_beyond_the_end_is_an_empty_page(attack, offset, status):
    answer = attack(f"{TABLE}?sysparm_offset={offset}", "GET")
    assert answer.status_code == status
    assert status == 400 or answer.json == {"result": []}


@pytest.mark.attack("D16")
@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        ("a.b.c.d.e.f.g.h.i.j.k,number", ["number"]),
        ("number,number", ["number"]),
        ("'; drop table task,number", ["number"]),
        ("caller_id." * 300 + "name,number", ["number"]),
        ("%00,number", ["number"]),
        ("caller_id.manager.department.name,number", ["caller_id.manager.department.name", "number"]),
        ("caller_id.manager.department.dept_head.name,number", ["number"]),
        (",".join(f"n{n}" for n in range(900)) + ",number", ["number"]),
    ],
)
def test_d16_odd_fields_are_unknown_fields(attack, fields, keys):
    """Unknown ones and those that walk through more than three references are absent, the others are there once."""
    answer = attack(TABLE, "GET", query_string={"sysparm_fields": fields, "sysparm_limit": 1})
    assert answer.status_code == 200
    assert [list(row) for row in answer.json["result"]] == [keys]


@pytest.mark.attack("D10")
@pytest.mark.parametrize(
    "table", ["sqlite_master", "incident'", "inc ident", "INCIDENT", "ticketlab_version", "user_session"]
)
@pytest.mark.parametrize(
    ("method", "record"), [("GET", ""), ("POST", ""), ("GET", "/x"), ("PUT", "/x"), ("PATCH", "/x"), ("DELETE", "/x")]
)
def test_d10_what_is_no_table_of_the_dictionary_is_no_table(attack, table, method, record):
    answer = attack(f"/api/now/table/{table}{record}", method, json=None if method in {"GET", "DELETE"} else {})
    assert answer.status_code == 400
    assert answer.json["error"]["message"] == f"Invalid table {table}"


@pytest.mark.attack("D10")
@pytest.mark.parametrize("table", ["oauth_credential", "oauth_entity"])
def test_d10_a_table_of_credentials_tells_nobody_else_what_it_holds(attack, shared_instance, table):
    """To who may not read it each record is as absent as one that is not there, in a list, too."""
    there = part_of(shared_instance, Gate).record(table, Caller.system()).insert({"name": "a secret"}).sys_id
    body = {"user_name": f"no.reader.{table}", "password": "secret", "roles": []}
    assert shared_instance.test_client().post("/lab/users", json=body).status_code == 201
    client, auth = shared_instance.test_client(), (body["user_name"], "secret")
    address = f"/api/now/table/{table}"
    assert attack(f"{address}/{there}", "GET").json["result"]["name"] == "a secret"
    hidden, missing = (client.get(f"{address}/{each}", auth=auth) for each in (there, "0" * 32))
    assert (hidden.status_code, hidden.text) == (missing.status_code, missing.text) == (404, missing.text)
    assert client.get(address, auth=auth).json == {"result": []}


@pytest.mark.attack("D10")
def test_d10_no_name_of_a_table_reaches_the_databases_structure(attack, shared_instance):
    """An unknown name makes, changes and drops nothing."""
    engine = part_of(shared_instance, Gate).store.engine
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_more):
        statements.append(statement.lstrip().split(None, 1)[0].upper())

    event.listen(engine, "before_cursor_execute", note)
    try:
        for table in ("task; drop table task", "task'--", "u_new", '"task"', "main.task", "information_schema.tables"):
            for method in ("GET", "POST", "DELETE"):
                answer = attack(f"/api/now/table/{quote(table)}", method, json={} if method == "POST" else None)
                assert answer.status_code == (405 if method == "DELETE" else 400)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert not {"CREATE", "ALTER", "DROP"} & set(statements)


def mixed(terms):
    operators = ("^", "^OR", "^NQ")
    return "".join(f"{operators[n % 3] if n else ''}number=INC{n}" for n in range(terms))


@pytest.mark.attack("Q05")
@pytest.mark.parametrize("joiner", ["^", "^OR", "^NQ"])
def test_q05_a_wide_query_is_refused_as_too_complex(attack, joiner):
    """As wide as a URL may be; folding such a tree killed the worker of the stock stack."""
    answer = attack(TABLE, "GET", query_string={"sysparm_query": joiner.join(["a=1"] * 510)})
    assert answer.status_code == 400
    assert answer.json["error"]["message"] == "Invalid query"


def batched(attack, query):
    """The answer to a query that is longer than an address may be: a batch holds the address in its body."""
    asked = {"id": "1", "method": "GET", "url": f"{TABLE}?sysparm_limit=1&sysparm_query={quote(query)}"}
    answer = attack("/api/now/v1/batch", json={"batch_request_id": "1", "rest_requests": [asked]})
    (item,) = answer.json["serviced_requests"]
    return item["status_code"], b64decode(item["body"]).decode()


@pytest.mark.attack("Q05")
def test_q05_five_thousand_mixed_terms_are_refused(attack):
    status, told = batched(attack, mixed(5000))
    assert (status, "at most 500 terms" in told) == (400, True)


@pytest.mark.attack("Q05")
def test_q05_the_widest_query_that_is_allowed_is_answered(attack):
    answer = attack(TABLE, "GET", query_string={"sysparm_query": mixed(300), "sysparm_limit": 1})
    assert answer.status_code == 200


@pytest.mark.attack("Q06")
def test_q06_too_many_values_of_one_term_are_400(attack):
    answer = attack(TABLE, "GET", query_string={"sysparm_query": f"stateIN{','.join(['1'] * 1001)}"})
    assert answer.status_code == 400


@pytest.mark.attack("Q06")
@pytest.mark.parametrize(
    ("query", "status"),
    [
        *[("^".join(["state=1"] * 500), 200), ("^".join(["state=1"] * 501), 400)],
        *[("stateIN" + ",".join(["1"] * 1000), 200), ("stateIN" + ",".join(["1"] * 1001), 400)],
        *[("number=" + "a" * (2**18 - 7), 200), ("number=" + "a" * (2**18 - 6), 400)],
    ],
    ids=["500 terms", "501 terms", "1000 values", "1001 values", "256 KB", "more"],
)
def test_q06_the_limits_of_a_query_hold_whatever_it_comes_in(attack, query, status):
    """As the query's README documents them."""
    assert batched(attack, query)[0] == status


@pytest.mark.attack("Q06")
def test_q06_120_sys_ids_fit_into_an_address_and_64_kb_do_not(pair):
    """Asked of the real server, whose own limit must not be the smaller one."""
    import requests

    address = f"{pair.emulator_url}{TABLE}"
    for query, status in ((f"sys_idIN{','.join(['a' * 32] * 120)}", 200), ("a" * 65_536, 414)):
        answer = requests.get(address, {"sysparm_query": query}, auth=AUTH, timeout=HANGING)
        assert answer.status_code == status


@pytest.mark.attack("Q07")
def test_q07_sixty_thousand_percent_signs_are_400(attack):
    assert batched(attack, "numberLIKE" + "%" * 60_000)[0] == 400


ACTIVE = ["^ORactive=true", "active=true^OR", "active=true^NQ", "^NQactive=true", "^active=true", "active=true^"]
EVERY = ["^", "^^", "^^^", "^OR", "OR", "^NQ", "NQ", "^NQ^NQ", "^EQ", "EQ", "^EQ^EQ", "active=true^NQ^ORactive=false"]


@pytest.mark.attack("Q04")
@pytest.mark.parametrize(
    ("query", "means"),
    [
        *[(query, "") for query in [*EVERY, "^^active=true"]],
        *[(query, "active=true") for query in [*ACTIVE, "active=true^EQ", "active=true^EQ^EQ"]],
        ("active=true^^", "number=none"),
    ],
)
def test_q04_carets_without_a_term_say_nothing(attack, query, means):
    """Joints before, after and between nothing; two carets are one that is meant."""

    def total(text):
        answer = attack(TABLE, "GET", query_string={"sysparm_query": text, "sysparm_limit": 1})
        assert answer.status_code == 200
        return answer.headers["X-Total-Count"]

    assert total(query) == total(means)

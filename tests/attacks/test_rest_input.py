"""Hostile input over the Table API: refused or stored exactly, never a fault of the instance."""

import time

import pytest

AUTH = ("admin", "admin")
TABLE = "/api/now/table/incident"


@pytest.fixture
def attack(shared_instance):
    """Send, and see afterwards that the instance still works."""
    client = shared_instance.test_client()

    def send(path=TABLE, method="POST", content_type="application/json", **arguments):
        started = time.thread_time()
        answer = client.open(path, method=method, auth=AUTH, content_type=content_type, **arguments)
        assert time.thread_time() - started < 5
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
def test_d03_a_nul_in_a_query_a_path_or_a_header_is_no_fault(attack):
    for query in ("sysparm_query=number%3D%00", "number=%00", "sysparm_fields=%00", "a%00=b", "sysparm_query=%ff%fe"):
        assert attack(f"{TABLE}?{query}", "GET").status_code in {200, 400}
    for path in ("/api/now/table/inc%00ident", f"{TABLE}/%00", "/api/now/table/%ff", f"{TABLE}/%ed%a0%80"):
        assert attack(path, "GET").status_code in {400, 404}


@pytest.mark.attack("D04")
@pytest.mark.parametrize(
    "number",
    ["9223372036854775808", "-9223372036854775809", "1e999", "1.9", "true", '"١٢"', "9" * 5000, '"1e3"', '" 2"'],
)
@pytest.mark.parametrize("field", ["reassignment_count", "urgency"])
def test_d04_a_number_that_does_not_fit_is_dropped_and_never_another_number(attack, field, number):
    """The field keeps its default; nothing is rounded, wrapped or cut."""
    defaults = {"reassignment_count": "0", "urgency": "3"}
    answer = attack(data=f'{{"{field}":{number}}}'.encode())
    assert answer.status_code in {201, 400}
    if answer.status_code == 201:
        assert answer.json["result"][field] == defaults[field]


@pytest.mark.attack("D04")
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_d04_what_is_no_number_of_json_is_400(attack, number):
    assert attack(data=f'{{"urgency":{number}}}'.encode()).status_code == 400


@pytest.mark.attack("D04")
def test_d04_an_integer_field_keeps_a_large_number_exactly(attack):
    assert stored(attack, b'{"reassignment_count":2147483647}')["reassignment_count"] == "2147483647"


@pytest.mark.attack("D05")
@pytest.mark.parametrize("body", [b"null", b'"text"', b"[]", b"7", b"[[]]", b"{"])
def test_d05_what_is_no_record_is_400(attack, body):
    assert attack(data=body).status_code == 400


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


@pytest.mark.attack("Q05")
def test_q05_five_thousand_mixed_terms_are_refused_before_any_sql(shared_instance):
    """Longer than a URL can be, so straight at the parser behind every channel."""
    from ticketlab.emulator.access.caller import Caller
    from ticketlab.emulator.errors import QueryTooComplex
    from ticketlab.emulator.records.gate import Gate
    from ticketlab.shared.web.parts import part_of

    started = time.thread_time()
    with pytest.raises(QueryTooComplex):
        part_of(shared_instance, Gate).record("incident", Caller.system()).query(mixed(5000))
    assert time.thread_time() - started < 0.5


@pytest.mark.attack("Q05")
def test_q05_the_widest_query_that_is_allowed_is_answered(attack):
    answer = attack(TABLE, "GET", query_string={"sysparm_query": mixed(300), "sysparm_limit": 1})
    assert answer.status_code == 200


@pytest.mark.attack("Q06")
def test_q06_too_many_values_of_one_term_are_400(attack):
    answer = attack(TABLE, "GET", query_string={"sysparm_query": f"stateIN{','.join(['1'] * 1001)}"})
    assert answer.status_code == 400

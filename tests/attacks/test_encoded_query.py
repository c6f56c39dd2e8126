"""Attacks by way of encoded queries (Q01, Q03, Q08 to Q11, Q15), at the gate and over the Table API."""

from urllib.parse import quote

import pytest
from injections import CORPUS, SHAPES, injected
from sqlalchemy import event
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.errors import QueryNotUnderstood, QueryRefused
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

SYSTEM = Caller.system()
ADMIN = ("admin", "admin")
ME = "90d1921e5f510100a9ad2572f2b477fe"
MY_GROUPS = "d6435e965f510100a9ad2572f2b47744"


@pytest.fixture(scope="module", name="gate")
def _gate(shared_instance):
    return part_of(shared_instance, Gate)


@pytest.fixture(scope="module", name="itil")
def _itil(gate):
    user = gate.record("sys_user", SYSTEM).insert({"user_name": "query.er", "name": "Query Er", "active": True}).sys_id
    role = gate.record("sys_user_role", SYSTEM).find("name=itil").sys_id
    gate.record("sys_user_has_role", SYSTEM).insert({"user": user, "role": role, "state": "active"})
    group = gate.record("sys_user_group", SYSTEM).insert({"name": "Askers"}).sys_id
    gate.record("sys_user_grmember", SYSTEM).insert({"user": user, "group": group})
    values = {"assigned_to": user, "assignment_group": group, "short_description": "Caf\u00e9 closed"}
    gate.record("incident", SYSTEM).insert(values)
    return Caller(user, "query.er", gate.roles_of(user))


def total(gate: Gate, query: str, caller: Caller = SYSTEM, table: str = "incident") -> int:
    return gate.record(table, caller).query(query, fields=("sys_id",), count=True, limit=1).total


def listed(instance, query: str) -> tuple[int, list]:
    answer = instance.test_client().get(
        f"/api/now/table/incident?sysparm_fields=number&sysparm_query={query}", auth=ADMIN
    )
    return answer.status_code, (answer.json or {}).get("result", [])


@pytest.mark.attack("Q03")
@pytest.mark.parametrize(
    "query",
    ["", "ORDERBYnumber", "no_such_field=1", "active=true^priorityFOOBAR7", "^^^", "number=x^NQnothing=1", "EQ"],
)
def test_q03_a_query_that_is_not_understood_deletes_nothing(gate, query):
    """A read drops the unknown term and shows too much; a write that did so would hit every record."""
    incidents = gate.record("incident", SYSTEM)
    before = total(gate, "")
    with pytest.raises(QueryNotUnderstood):
        incidents.delete_multiple(query)
    assert total(gate, "") == before


@pytest.mark.attack("Q03")
def test_q03_an_understood_query_deletes_what_it_matches(gate):
    """All or none, and the number of them comes back."""
    incidents = gate.record("incident", SYSTEM)
    for _ in range(3):
        incidents.insert({"short_description": "to go"})
    before = total(gate, "")
    assert incidents.delete_multiple("short_description=to go") == 3
    assert total(gate, "") == before - 3


@pytest.mark.attack("Q03")
@pytest.mark.parametrize("action", ["update", "deleteMultiple"])
@pytest.mark.parametrize(
    "query",
    ["no_such_field=1", "numberFOOBAR7", "number=x^NQnothing=1", "active=true^nothing=1", "ORDERBYnumber", "^^^"],
)
def test_q03_over_http_a_query_that_is_not_understood_changes_and_deletes_nothing(shared_instance, gate, query, action):
    """JSONv2 is the one channel that changes what a query matches."""
    before = total(gate, ""), total(gate, "short_description=hit")
    asked = {"JSONv2": "", "sysparm_action": action, "sysparm_query": query}
    body = {"short_description": "hit"}
    answer = shared_instance.test_client().post("/incident.do", query_string=asked, json=body, auth=ADMIN)
    assert (answer.status_code, answer.json["_error"]) == (200, "Invalid query")
    assert (total(gate, ""), total(gate, "short_description=hit")) == before


@pytest.mark.attack("Q03")
@pytest.mark.source("rest 4", "D")
def test_q03_the_property_turns_dropped_terms_into_no_rows(gate, itil):
    """glide.invalid_query.returns_no_rows, read anew by each request."""
    properties = gate.record("sys_properties", SYSTEM)
    found = properties.find("name=glide.invalid_query.returns_no_rows").sys_id
    assert total(gate, "no_such_field=banana", itil) == total(gate, "", itil) > 0
    properties.update(found, {"value": "true"})
    assert total(gate, "no_such_field=banana", itil) == 0
    assert total(gate, "no_such_field=banana^ORactive=true", itil) == 0
    assert total(gate, "active=true", itil) > 0
    properties.update(found, {"value": "false"})


@pytest.mark.attack("Q08")
def test_q08_no_regular_expression_is_ever_matched(gate):
    """RLIKE, REGEXP and MATCH_RGX are no operators: dropped like any other unknown word, in no time."""
    evil = "(a+)+$" * 20
    for word in ("RLIKE", "REGEXP", "MATCH_RGX", "MATCH_PAT"):
        page = gate.record("incident", SYSTEM).query(f"short_description{word}{evil}", count=True, limit=1)
        assert page.total == total(gate, "")
        assert page.dropped


@pytest.mark.attack("Q09")
@pytest.mark.parametrize(
    "value",
    [
        "javascript:gs.getProperty('glide.war')",
        "javascript:gs.getUserID();gs.exit()",
        "javascript:gs.getUser().getRecord().getValue('user_password')",
        "javascript:__import__('os').system('id')",
        "javascript:new GlideRecord('sys_user').deleteMultiple()",
        "javascript:gs.daysAgo(gs.getUserID())",
        "javascript:gs.daysAgo(9999999)",
        "javascript:gs.dateGenerate('2020-99-99','start')",
        "javascript:" + "(" * 5000,
    ],
)
@pytest.mark.parametrize("shape", ["number={}", "opened_at>{}", "opened_atONToday@{}@{}", "opened_atBETWEEN{}@{}"])
def test_q09_what_is_not_on_the_list_is_text_that_no_record_has(gate, shape, value):
    """Nothing is evaluated, no error comes back, and no moment beyond the calendar ends the process."""
    assert total(gate, shape.format(value, value)) == 0


@pytest.mark.attack("Q09")
@pytest.mark.parametrize(
    ("call", "matches"),
    [
        *[("javascript:gs.getUserID()", 1), ("javascript: gs.getUserID();", 1)],
        *[("javascript:gs.getUserID();gs.exit()", 0), ("javascript:gs.getUserID()+''", 0), ("gs.getUserID()", 0)],
        *[
            ("javascript:x=gs.getUserID()", 0),
            ("javascript:gs.getUserID(gs.now())", 0),
            ("javascript:gs.getUserId()", 0),
        ],
        *[("JavaScript:gs.getUserID()", 0), ("javascript:eval('gs.getUserID()')", 0)],
    ],
)
def test_q09_a_call_with_anything_around_it_is_no_call(gate, itil, call, matches):
    """Were it one, it would find what is assigned to whoever asks."""
    assert total(gate, f"assigned_to={call}", itil) == matches


@pytest.mark.attack("Q09")
@pytest.mark.source("rest 4", "D")
def test_q09_dynamic_filters_stand_for_whom_their_records_say(gate, itil):
    """*Me* and *One of My Groups*; a script of one's own is no call that is known, and matches nothing."""
    assert total(gate, f"assigned_toDYNAMIC{ME}", itil) == 1
    assert total(gate, "assigned_toDYNAMIC54635e965f510100a9ad2572f2b4774c", itil) == 1
    assert total(gate, f"assignment_groupDYNAMIC{MY_GROUPS}", itil) == 1
    assert total(gate, "assignment_groupINjavascript:gs.getUser().getMyGroups()", itil) == 1
    options = gate.record("sys_filter_option_dynamic", SYSTEM)
    own = options.insert({"label": "Evil", "script": "gs.getUserID();answer = gs.exec('rm')"}).sys_id
    assert total(gate, f"assigned_toDYNAMIC{own}", itil) == 0
    options.update(own, {"script": "gs.getUserID()"})
    assert total(gate, f"assigned_toDYNAMIC{own}", itil) == 1
    assert total(gate, "assigned_toDYNAMICno_such_option", itil) == 0


@pytest.mark.attack("Q09")
@pytest.mark.parametrize("distance", ["9" * 12, "1" * 5000, "-1", "\u0661", ""])
def test_q09_a_distance_that_no_calendar_has_is_none_that_two_moments_have(gate, distance):
    """Python itself reads no more than 4,300 digits as a number."""
    assert total(gate, f"opened_atMORETHANsys_updated_on@day@before@{distance}") == 0


@pytest.mark.attack("Q11")
@pytest.mark.parametrize(
    "query",
    [
        "RLQUERY{table}.{field},>=1^ENDRLQUERY",
        "SUBQUERYsys_id,{field},{table}^{field}ISNOTEMPTY^ENDSUBQUERY",
        "JOINincident.sys_id={table}.{field}!{field}STARTSWITHa",
        "SUBQUERYsys_id,sys_id,incident^RLQUERY{table}.{field},>=1^ENDRLQUERY^ENDSUBQUERY",
    ],
)
def test_q11_nobody_asks_about_other_records_that_they_may_not_read(gate, itil, query):
    """Related records would tell one bit a query; the refusal is the same as for a field."""
    asked = query.format(table="oauth_credential", field="sys_id")
    with pytest.raises(QueryRefused):
        gate.record("incident", itil).query(asked)
    assert gate.record("incident", SYSTEM).query(asked).rows is not None


@pytest.mark.attack("Q11")
def test_q11_no_comparison_of_fields_and_no_text_search_reads_a_hidden_field(gate, itil):
    """A field named as a value is asked about like any other, and a text search leaves hidden fields out."""
    hidden = {"name": "incident.close_notes", "operation": "read", "type": "record", "admin_overrides": True}
    acl = gate.record("sys_security_acl", SYSTEM).insert({**hidden, "active": True}).sys_id
    role = gate.record("sys_user_role", SYSTEM).find("name=admin").sys_id
    gate.record("sys_security_acl_role", SYSTEM).insert({"sys_security_acl": acl, "sys_user_role": role})
    gate.record("incident", SYSTEM).insert({"short_description": "plain", "close_notes": "xylophone"})
    for query in ("descriptionSAMEASclose_notes", "descriptionLT_FIELDclose_notes", "close_notesLIKExyl"):
        with pytest.raises(QueryRefused):
            gate.record("incident", itil).query(query)
    assert total(gate, "123TEXTQUERY321=xylophone") == 1
    assert total(gate, "123TEXTQUERY321=xylophone", itil) == 0
    gate.record("sys_security_acl", SYSTEM).delete(acl)


@pytest.mark.attack("Q14")
@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("short_description=CAF\u00e9 closed", 1),
        ("short_description=caf\u00c9 closed", 0),
        ("short_description=Cafe\u0301 closed", 0),
        ("short_description=Caf\u00e9\u200b closed", 0),
        ("short_descriptionSTARTSWITHcAf", 1),
        ("short_description=\u202eCaf\u00e9 closed", 0),
        ("short_description=\u0130", 0),
    ],
)
def test_q14_one_collation_folds_a_to_z_and_nothing_else(gate, itil, query, matches):
    """Composed, decomposed, invisible and reversed letters stay what they are, the same on both databases (Q02)."""
    assert total(gate, query) == matches


@pytest.mark.attack("Q15")
def test_q15_an_address_is_decoded_once(shared_instance):
    """%255E is the text %5E, no caret."""
    status, rows = listed(shared_instance, quote(quote("number=x^NQactive=true")))
    assert (status, rows) == (200, listed(shared_instance, quote("number%3Dx%5ENQactive%3Dtrue"))[1])
    assert listed(shared_instance, quote("number=x^NQactive=true"))[1] != []
    assert listed(shared_instance, quote("number=" + quote("x^NQactive=true"))) == (200, [])


NAMES = {"text": "number", "reference": "caller_id", "time": "opened_at", "table": "task"}


@pytest.mark.attack("Q01")
def test_q01_four_hundred_injections_reach_sql_as_bound_values_only(shared_instance, gate):
    """Over the Table API, in field, operator, value, order, dot-walk and whatever else: the SQL holds no word of it."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_more):
        statements.append(statement)

    before = total(gate, "")
    event.listen(gate.store.engine, "before_cursor_execute", note)
    try:
        for number, poison in enumerate(CORPUS):
            query = injected(SHAPES[number % len(SHAPES)], poison, **NAMES)
            assert listed(shared_instance, quote(query))[0] == 200, query
    finally:
        event.remove(gate.store.engine, "before_cursor_execute", note)
    text = "\n".join(set(statements))
    assert len(statements) >= 400
    assert not [poison for poison in CORPUS if poison in text]
    assert not [word for word in ("DROP", "PRAGMA", "pg_sleep", "UNION SELECT", "{{", "'a'='a") if word in text]
    assert total(gate, "") == before > 0

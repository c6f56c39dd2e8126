"""What a query may be asked, and what its answer tells, over the Table API on either database (Q10, Q11, Q12, Q14)."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engines import BACKENDS
from flask import Flask
from people import PASSWORD, api, make_person, make_rule
from sqlalchemy import event
from sqlalchemy import text as sql
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.place import Server
from ticketlab.shared.secret import Secret
from ticketlab.shared.web.parts import part_of

ADMIN, SPY = ("admin", "admin"), ("some.spy", PASSWORD)
TABLE = "/api/now/table"
INCIDENTS = f"{TABLE}/incident"
REFUSED = "Insufficient rights to query records"
SECRET, HASH = "zebra", "$ar"
SYSTEM = Caller.system()


@pytest.fixture(name="instance", scope="module", params=BACKENDS)
def _instance(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """With a fulfiller who may read neither companies nor what an incident was closed with."""
    address = request.getfixturevalue("postgresql").database() if request.param == "postgresql" else ""
    folder: Path = tmp_path_factory.mktemp("instance")
    made = make_instance(folder, database=Server(Secret(address)))
    make_person(made, SPY[0], "itil")
    make_rule(made, "incident.close_notes", "read", "admin")
    _close_companies(part_of(made, Gate))
    yield made
    close(made)


def _close_companies(gate: Gate) -> None:
    """The seed lets everybody read them."""
    rule = gate.record("sys_security_acl", SYSTEM).find("name=core_company^operation=read")
    role = gate.record("sys_user_role", SYSTEM).find("name=admin")
    gate.record("sys_security_acl_role", SYSTEM).insert({"sys_security_acl": rule.sys_id, "sys_user_role": role.sys_id})


@pytest.fixture(name="ask")
def _ask(instance: Flask) -> Callable:
    client = instance.test_client()

    def ask(auth: tuple[str, str], path: str, **parameters: str):
        answer = client.get(path, auth=auth, query_string=parameters or None)
        assert answer.status_code < 500, answer.text
        return answer

    return ask


@pytest.mark.attack("Q10")
@pytest.mark.parametrize(
    "query", ["company.nameSTARTSWITHA", "caller_id.company.nameISNOTEMPTY", "active=true^ORcompany.name=x",
              "ORDERBYcompany.name", "ORDERBYDESCcaller_id.company.name", "company.sys_id!=x"],
)  # fmt: skip
def test_q10_no_walk_leads_through_a_table_one_may_not_read(ask, query):
    assert ask(ADMIN, INCIDENTS, sysparm_query=query).status_code == 200
    answer = ask(SPY, INCIDENTS, sysparm_query=query)
    assert (answer.status_code, answer.json["error"]["message"]) == (403, REFUSED)
    shown = ask(SPY, INCIDENTS, sysparm_fields="number,company.name,caller_id.company.name", sysparm_limit="1")
    assert [list(row) for row in shown.json["result"]] == [["number"]]


@pytest.mark.attack("Q10")
@pytest.mark.parametrize(
    ("path", "joins"),
    [
        *[("parent.parent.parent.number", 3), ("caller_id.manager.manager.name", 3), ("parent." * 4 + "number", 0)],
        *[("caller_id." + "manager." * 9 + "name", 0), ("parent.parent." * 40 + "number", 0)],
    ],
)
def test_q10_a_circle_of_references_is_walked_three_steps_at_most(instance, ask, path, joins):
    """Ten, eighty or four: the term is no term, and joins nothing."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_more):
        statements.append(statement)

    engine = part_of(instance, Gate).store.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = ask(ADMIN, INCIDENTS, sysparm_query=f"{path}=nobody", sysparm_fields=f"sys_id,{path}")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert (answer.json["result"] == []) == bool(joins)
    asked = [statement for statement in statements if "FROM" in statement and "task" in statement]
    assert max(statement.count(" JOIN ") for statement in asked) == joins


QUESTIONS = [
    f"{INCIDENTS}?sysparm_query=close_notesSTARTSWITH{{}}",
    f"{INCIDENTS}?sysparm_query=number=x^ORclose_notesLIKE{{}}",
    f"{INCIDENTS}?sysparm_query=number=x^NQclose_notes>={{}}",
    f"{INCIDENTS}?sysparm_query=close_notesBETWEEN{{}}@{{}}zzz",
    f"{INCIDENTS}?sysparm_query=close_notesIN{{}},{{}}",
    f"{INCIDENTS}?close_notes={{}}",
    f"{INCIDENTS}?sysparm_query=123TEXTQUERY321={{}}",
    f"{INCIDENTS}?sysparm_query=SUBQUERYsys_id,sys_id,incident^close_notesSTARTSWITH{{}}^ENDSUBQUERY",
    f"{INCIDENTS}?sysparm_query=JOINincident.sys_id=incident.sys_id!close_notesSTARTSWITH{{}}",
    "/api/now/stats/incident?sysparm_count=true&sysparm_query=close_notesSTARTSWITH{}",
    "/api/now/stats/incident?sysparm_group_by=close_notes&sysparm_query=active=true^ORclose_notes={}",
    "/incident.do?JSONv2&sysparm_query=close_notesSTARTSWITH{}",
    f"{TABLE}/sys_user?sysparm_query=user_passwordSTARTSWITH{{}}",
    f"{TABLE}/sys_user?user_password={{}}",
]


@pytest.mark.attack("Q11")
@pytest.mark.parametrize("question", QUESTIONS)
def test_q11_a_right_and_a_wrong_guess_at_a_secret_look_the_same(instance, ask, question):
    """So no search letter by letter converges: status, count and body are equal for what is there and what is not."""
    made = api(instance, "POST", INCIDENTS, {"short_description": "x", "close_notes": SECRET})
    with part_of(instance, Gate).store.reading() as connection:
        assert (
            connection.execute(sql("SELECT user_password FROM sys_user WHERE user_name = 'admin'")).scalar()[:3] == HASH
        )
    guesses = (HASH, "$ba") if "user_password" in question else (SECRET[:3], "bee")
    who = ADMIN if "user_password" in question else SPY  # a hash is nobody's to feel for
    right, wrong = (ask(who, question.format(guess, guess)) for guess in guesses)
    for tell in (lambda it: it.status_code, lambda it: it.headers.get("X-Total-Count"), lambda it: it.text):
        assert tell(right) == tell(wrong)
    api(instance, "DELETE", f"{INCIDENTS}/{made['sys_id']}")


@pytest.mark.attack("Q12")
@pytest.mark.parametrize(
    "order", ["ORDERBYno_such_field", "ORDERBY'", "ORDERBYDESCuser_password", "ORDERBYcaller_id..x"]
)
def test_q12_an_unknown_order_is_none(ask, order):
    plain = ask(ADMIN, INCIDENTS, sysparm_query="ORDERBYsys_id", sysparm_fields="sys_id").json
    for query in (order, f"{order}^ORDERBYsys_id", f"ORDERBYsys_id^{order}"):
        answer = ask(ADMIN, INCIDENTS, sysparm_query=query, sysparm_fields="sys_id")
        assert answer.status_code == 200
        assert answer.json == plain or query == order
    fields = [
        row["element"]
        for row in ask(ADMIN, f"{TABLE}/sys_dictionary", sysparm_query="nameINtask,incident").json["result"]
    ]
    assert len(fields) > 60
    many = "^".join(f"ORDERBY{field}" for field in (fields * 4)[:200])
    assert ask(ADMIN, INCIDENTS, sysparm_query=many).status_code == 200
    refused = ask(SPY, INCIDENTS, sysparm_query="ORDERBYclose_notes")
    assert (refused.status_code, refused.json["error"]["message"]) == (403, REFUSED)


@pytest.mark.attack("Q12")
def test_q12_equal_keys_are_ordered_by_sys_id(ask):
    rows = ask(ADMIN, INCIDENTS, sysparm_query="ORDERBYactive", sysparm_fields="active,sys_id").json["result"]
    keys = [(row["active"], row["sys_id"]) for row in rows]
    assert keys == sorted(keys)
    assert len({active for active, _ in keys}) == 2
    back = ask(ADMIN, INCIDENTS, sysparm_query="ORDERBYDESCactive", sysparm_fields="active,sys_id").json["result"]
    assert back == rows[::-1]


LETTERS = [
    *("Caf\u00e9", "Cafe\u0301", "CAF\u00c9", "caf\u00e9", "cAF\u00e9", "\u0130stanbul", "istanbul", "ISTANBUL"),
    *("i\u0307stanbul", "\u0131stanbul", "stra\u00dfe", "STRASSE", "zero\u200bwidth", "zerowidth", "\u202eabc", "abc"),
    *("\ufb03", "ffi", "\u212a", "k", "K", "\U0001f600", "\u05d0", "\u0410", "\u0430"),
]


def folded(text: str) -> str:
    """A to Z, and nothing else."""
    return "".join(chr(ord(each) + 32) if "A" <= each <= "Z" else each for each in text)


@pytest.mark.attack("Q14")
def test_q14_letters_compare_and_sort_the_same_on_either_database(instance, ask):
    """Composed or not, dotted, invisible, reversed or of another script: each stays what it is but for A to Z."""
    for text in LETTERS:
        api(instance, "POST", INCIDENTS, {"short_description": text, "correlation_id": "Q14"})

    def found(condition: str) -> list[str]:
        query = f"correlation_id=Q14^{condition}^ORDERBYshort_description"
        answer = ask(ADMIN, INCIDENTS, sysparm_query=query, sysparm_fields="short_description")
        return [row["short_description"] for row in answer.json["result"]]

    ordered = sorted(LETTERS, key=lambda text: (folded(text), text))
    assert found("active=true") == ordered
    for text in LETTERS:
        low = folded(text)
        assert found(f"short_description={text}") == [each for each in ordered if folded(each) == low]
        assert found(f"short_descriptionIN{text}") == [each for each in ordered if folded(each) == low]
        assert found(f"short_descriptionSTARTSWITH{text}") == [each for each in ordered if folded(each).startswith(low)]
        assert found(f"short_descriptionLIKE{text[1:]}") == [each for each in ordered if low[1:] in folded(each)]

"""How the text of an encoded query is read."""

import inspect
import subprocess
import sys
import time
from collections import Counter

import pytest
from patience import HANGING
from ticketlab.emulator.errors import QueryTooComplex
from ticketlab.emulator.query import OrderBy, parse


def _groups(text: str) -> list[list[list[tuple[str, str, str]]]]:
    return [
        [[(term.field, term.operator, term.value) for term in clause] for clause in group]
        for group in parse(text).groups
    ]


A, B, C = ("a", "=", "1"), ("b", "=", "2"), ("c", "=", "3")


@pytest.mark.source("rest 4", "D")
@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("", []),
        ("a=1", [[[A]]]),
        ("a=1^b=2", [[[A], [B]]]),
        ("a=1^b=2^ORc=3", [[[A], [B, C]]]),
        ("a=1^ORb=2^c=3", [[[A, B], [C]]]),
        ("a=1^NQb=2^ORc=3", [[[A]], [[B, C]]]),
        ("a=1^EQ", [[[A]]]),
        ("^a=1^", [[[A]]]),
        ("^ORa=1", [[[A]]]),
        ("a=1^NQ", [[[A]]]),
        ("^NQ^NQ", []),
        ("^^^", [[[("", "", "^")]]]),
        ("a=x^^y^b=2", [[[("a", "=", "x^y")], [B]]]),
        ("a=x^^^b=2", [[[("a", "=", "x^")], [B]]]),
        ("a=1^ORDERBYb^ORc=3", [[[A, C]]]),
        (" a = 1^ b=2", [[[("a", "=", " 1")], [B]]]),
        ("a==1", [[[("a", "=", "=1")]]]),
        ("a.b.c=1", [[[("a.b.c", "=", "1")]]]),
        ("NameLIKEa", [[[("", "", "NameLIKEa")]]]),
        ("opened_atFOOBAR7", [[[("opened_at", "", "FOOBAR7")]]]),
    ],
)
def test_pieces_are_joined_as_the_platform_joins_them(text, groups):
    """^ is AND, ^OR binds to the term before it, ^NQ begins another query; empty pieces say nothing."""
    assert _groups(text) == groups


@pytest.mark.source("rest 4", "D")
@pytest.mark.parametrize(
    ("written", "operator", "value"),
    [
        ("=x", "=", "x"),
        ("=", "=", ""),
        ("!=x", "!=", "x"),
        (">x", ">", "x"),
        (">=x", ">=", "x"),
        ("<x", "<", "x"),
        ("<=x", "<=", "x"),
        ("INx,y", "IN", "x,y"),
        ("IN x,y", "IN", " x,y"),
        ("NOT INx", "NOT IN", "x"),
        ("LIKEx", "LIKE", "x"),
        ("CONTAINSx", "LIKE", "x"),
        ("*x", "LIKE", "x"),
        ("NOT LIKEx", "NOT LIKE", "x"),
        ("!*x", "NOT LIKE", "x"),
        ("DOES NOT CONTAINx", "NOT LIKE", "x"),
        ("STARTSWITHx", "STARTSWITH", "x"),
        ("ENDSWITHx", "ENDSWITH", "x"),
        ("%x", "ENDSWITH", "x"),
        ("ISEMPTY", "ISEMPTY", ""),
        ("ISNOTEMPTY", "ISNOTEMPTY", ""),
        ("EMPTYSTRING", "ISEMPTY", ""),
        ("ANYTHING", "ANYTHING", ""),
        ("INSTANCEOFx", "INSTANCEOF", "x"),
        ("IN_HIERARCHYx", "IN_HIERARCHY", "x"),
        ("likex", "", ""),
    ],
)
def test_an_operator_is_read_in_every_way_it_is_written(written, operator, value):
    """The longest word that fits wins; operators are upper case."""
    (term,) = parse(f"state{written}").terms
    assert (term.operator, term.value) == (operator, value)


@pytest.mark.source("rest 4", "D")
@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("ORDERBYnumber", [OrderBy("number")]),
        ("a=1^ORDERBYDESCnumber^ORDERBYstate", [OrderBy("number", descending=True), OrderBy("state")]),
        ("a=1^ORDERBY", []),
        ("^NQORDERBYnumber", [OrderBy("number")]),
    ],
)
def test_orders_are_read_wherever_they_stand(text, orders):
    """Repeatable, and also alone."""
    assert list(parse(text).orders) == orders


@pytest.mark.attack("Q05")
@pytest.mark.parametrize("joint", ["^", "^OR", "^NQ"])
def test_q05_five_thousand_terms_are_refused_at_once(joint):
    """At the first one too many: what follows it costs nothing, whatever joins the terms."""
    assert calls_until_refused(joint.join(["state=1"] * 5000)) == calls_until_refused(joint.join(["state=1"] * 501))


def calls_until_refused(text):
    """How often the parser's functions are called."""
    calls = Counter()
    sys.setprofile(lambda frame, _event, _argument: calls.update([frame.f_code.co_filename]))
    try:
        with pytest.raises(QueryTooComplex, match="at most 500 terms"):
            parse(text)
    finally:
        sys.setprofile(None)
    return calls[inspect.getfile(parse)]


@pytest.mark.attack("Q05")
def test_q05_a_mix_of_everything_leaves_the_process_alive():
    """Nested booleans of this depth end a process with SIGSEGV; a flat query is refused, and a legal one compiles."""
    program = """
from ticketlab.emulator.dictionary.declaration import load_schema
from ticketlab.emulator.errors import QueryTooComplex
from ticketlab.emulator.query import QueryContext, parse, select_records
from ticketlab.emulator.store.tables import RecordTables
schema = load_schema()
joints = ["^", "^OR", "^NQ"]
def text(count):
    return "".join(joints[i % 3] + "caller_id.name!=x" + str(i) for i in range(count))
try:
    parse(text(5000))
except QueryTooComplex:
    print("refused")
legal = select_records(RecordTables(schema), "incident", parse(text(500)), paths=("sys_id",),
                       context=QueryContext(), limit=10)
print(len(str(legal.rows.statement)) > 500 * 10)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=HANGING, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["refused", "True"]), done.stderr


@pytest.mark.attack("Q06")
def test_q06_the_limits_are_exact():
    """500 terms and 1,000 listed values pass, one more of either does not."""
    assert len(list(parse("^".join(["a=1"] * 500)).terms)) == 500
    assert parse("sys_idIN" + ",".join(["x"] * 1000))
    with pytest.raises(QueryTooComplex):
        parse("^".join(["a=1"] * 499 + ["ORDERBYa"] * 2))
    with pytest.raises(QueryTooComplex, match="1000 values"):
        parse("aIN" + ",".join(["x"] * 500) + "^bNOT IN" + ",".join(["x"] * 501))


@pytest.mark.attack("Q06")
def test_q06_the_longest_text_is_read_in_a_moment_and_a_longer_one_refused():
    """Reading is linear in the text: with the square of its length, this would take hours."""
    started = time.process_time()
    for text in ("^" * 2**18, "^ " * 2**17, "a=" + "^^" * (2**17 - 1), "a" * 2**18, "%" * 2**18):
        parse(text)
    assert time.process_time() - started < HANGING
    with pytest.raises(QueryTooComplex, match="characters"):
        parse("a" * (2**18 + 1))

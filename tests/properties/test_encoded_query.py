"""Whatever query meets whatever records: SQL and the plain interpreter select the same, in the same order."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from ticketlab.emulator.dictionary.checks import check
from ticketlab.emulator.dictionary.declaration import system_fields
from ticketlab.emulator.dictionary.model import Dictionary, Field, Table
from ticketlab.emulator.dictionary.types import FieldType
from ticketlab.emulator.query import QueryContext, parse, select_records
from ticketlab.emulator.store.store import Store
from ticketlab.shared.database import install_sqlite

sys.path.insert(0, str(Path(__file__).parents[1] / "emulator" / "query"))
from interpreter import World

PEOPLE = [f"{number}" * 32 for number in range(3)]
TICKETS = [f"{letter}" * 32 for letter in "abcdef"]
TEXTS = [
    "",
    "a",
    "A",
    "b",
    "Ab",
    "a%b",
    "a_b",
    "a\\b",
    "a,b",
    "x^y",
    "ä",
    "Ä",
    "İ",
    "ß",
    "10",
    "2",
    " a",
    "[a]",
    "*",
    "\U0001f600",
]
NUMBERS = [-5, 0, 1, 2, 10, 2**53]
DAYS = [date(2020, 1, 31), date(2020, 2, 1), date(1969, 12, 31)]
MOMENTS = [
    datetime(2020, 1, 31, 10, 20, 30, tzinfo=UTC),
    datetime(2020, 1, 31, tzinfo=UTC),
    datetime(1970, 1, 1, 0, 2, 17, tzinfo=UTC),
]
DECIMALS = [Decimal("1.5"), Decimal(-2), Decimal("0.25")]


def _fields(table: str, **types: str) -> dict[str, Field]:
    fields = {}
    for element, described in types.items():
        kind, _, target = described.partition(":")
        fields[element] = Field(table, element, FieldType(kind), element, reference=target, display=element == "name")
    return fields


def _dictionary() -> Dictionary:
    tables = [
        Table(
            "person",
            "Person",
            fields={
                **system_fields("person"),
                **_fields("person", name="string", boss="reference:person", secret="password", age="integer"),
            },
        ),
        Table(
            "ticket",
            "Ticket",
            fields={
                **system_fields("ticket"),
                **_fields(
                    "ticket",
                    sys_class_name="sys_class_name",
                    name="string",
                    owner="reference:person",
                    parent="reference:ticket",
                    bug="reference:bug",
                    count="integer",
                    open="boolean",
                    due="glide_date",
                    at="glide_date_time",
                    spent="glide_duration",
                    cost="decimal",
                    notes="journal_input",
                ),
            },
        ),
        Table("bug", "Bug", extends="ticket", fields=_fields("bug", level="integer", rank="string")),
        Table("crash", "Crash", extends="bug"),
        Table("wish", "Wish", extends="ticket", fields=_fields("wish", level="string")),
    ]
    dictionary = Dictionary({table.name: table for table in tables})
    check(dictionary)
    return dictionary


DICTIONARY = _dictionary()


@contextmanager
def _store() -> Iterator[Store]:
    engine = create_engine("sqlite://")
    install_sqlite(engine)
    store = Store(engine)
    store.reconcile(DICTIONARY)
    yield store
    engine.dispose()


@pytest.fixture(scope="module", name="store")
def _module_store() -> Iterator[Store]:
    with _store() as store:
        yield store


texts = st.one_of(st.none(), st.sampled_from([text for text in TEXTS if text]))
people = st.builds(
    lambda sys_id, **values: {"sys_id": sys_id, "sys_class_name": "person", **values},
    st.sampled_from(PEOPLE),
    name=texts,
    boss=st.sampled_from([None, *PEOPLE, "gone"]),
    secret=st.just("hash"),
    age=st.sampled_from([None, *NUMBERS]),
)


def _ticket(sys_id: str, kind: str, level: int | None, **values: object) -> dict[str, object]:
    record = {"sys_id": sys_id, "sys_class_name": kind, **values}
    if kind != "ticket":
        record["level"] = str(level) if kind == "wish" and level is not None else level
    return record


tickets = st.builds(
    _ticket,
    st.sampled_from(TICKETS),
    st.sampled_from(["ticket", "bug", "crash", "wish"]),
    st.sampled_from([None, *NUMBERS]),
    name=texts,
    owner=st.sampled_from([None, *PEOPLE, "gone"]),
    parent=st.sampled_from([None, *TICKETS]),
    bug=st.sampled_from([None, *TICKETS]),
    count=st.sampled_from([None, *NUMBERS]),
    open=st.sampled_from([None, True, False]),
    due=st.sampled_from([None, *DAYS]),
    at=st.sampled_from([None, *MOMENTS]),
    spent=st.sampled_from([None, 0, 137]),
    cost=st.sampled_from([None, *DECIMALS]),
)
records = st.builds(
    lambda some, others: [*some, *others],
    st.lists(people, unique_by=lambda each: each["sys_id"], max_size=3),
    st.lists(tickets, unique_by=lambda each: each["sys_id"], max_size=6),
)

PATHS = [
    "name",
    "owner",
    "parent",
    "count",
    "open",
    "due",
    "at",
    "spent",
    "cost",
    "level",
    "rank",
    "sys_id",
    "sys_class_name",
    "owner.name",
    "owner.boss",
    "owner.boss.name",
    "parent.owner.boss.age",
    "parent.parent.parent.owner.name",
    "parent.at",
    "bug.level",
    "bug.rank",
    "bug",
    "owner.secret",
    "notes",
    "nothing",
    "owner.nothing",
    "name.name",
    "Name",
    "",
]
OPERATORS = [
    "=",
    "!=",
    ">",
    ">=",
    "<",
    "<=",
    "IN",
    "NOT IN",
    "LIKE",
    "NOT LIKE",
    "STARTSWITH",
    "ENDSWITH",
    "ISEMPTY",
    "ISNOTEMPTY",
    "ANYTHING",
    "INSTANCEOF",
    "CONTAINS",
    "*",
    "!*",
    "DOES NOT CONTAIN",
    "%",
    "RLIKE",
    "==",
    "",
]
VALUES = [
    *TEXTS,
    *map(str, NUMBERS),
    *PEOPLE,
    *TICKETS,
    "true",
    "False",
    "2020-01-31",
    "2020-01-31 10:20:30",
    "2020-02-30",
    "1970-01-01 00:02:17",
    "137",
    "1.5",
    "-2.0",
    "a,b,2",
    ",,",
    "1,x",
    "bug",
    "ticket",
    "nosuch",
    "99999999999999999999",
    "٣",
    "a\0b",
    "javascript:gs.getUserID()",
    "javascript:gs.getUserName()",
    "javascript:gs.now()",
    "OR",
    "NQ",
]
terms = st.builds(
    lambda path, operator, value: f"{path}{operator}{value.replace('^', '^^')}",
    st.sampled_from(PATHS),
    st.sampled_from(OPERATORS),
    st.one_of(st.sampled_from(VALUES), st.text(alphabet="aAb%_\\^, 1ä", max_size=4)),
)
orders = st.builds(
    lambda word, path: f"{word}{path}", st.sampled_from(["ORDERBY", "ORDERBYDESC"]), st.sampled_from(PATHS)
)
pieces = st.one_of(terms, terms, terms, orders, st.sampled_from(["", "EQ", " ", "OR", "NQ", "^"]))
queries = st.lists(st.tuples(st.sampled_from(["^", "^", "^OR", "^NQ", "^ "]), pieces), max_size=7).map(
    lambda parts: "".join(f"{joint}{piece}" for joint, piece in parts)[1:]
)


def _selected(store: Store, world: World, table: str, query: str) -> tuple[list[str], int]:
    tables = store.tables(DICTIONARY)
    context = QueryContext(world.user, world.user_name)
    selection = select_records(
        DICTIONARY, tables, table, parse(query), paths=("sys_id", "owner", "parent.bug"), context=context, limit=50
    )
    with store.engine.connect() as connection, connection.begin() as transaction:
        for record in world.records:
            kind = record["sys_class_name"]
            store.insert(
                connection, tables, kind, {each: value for each, value in record.items() if each != "sys_class_name"}
            )
        found = [row["sys_id"] for row in store.rows(connection, selection.rows)]
        count = store.count(connection, selection.count)
        transaction.rollback()
    return found, count


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    records=records,
    table=st.sampled_from(["ticket", "bug", "crash", "wish", "person"]),
    query=queries,
    user=st.sampled_from(["", PEOPLE[0]]),
)
@example(records=[], table="ticket", query="^^^", user="")
def test_q02_sql_selects_what_the_plain_interpreter_selects(store, records, table, query, user):
    """Same records, same order, same count, for every query."""
    world = World(DICTIONARY, records, user=user, user_name="a" if user else "")
    expected = world.run(table, query)
    assert _selected(store, world, table, query) == (expected, len(expected)), query


test_q02_sql_selects_what_the_plain_interpreter_selects = pytest.mark.attack("Q02")(
    test_q02_sql_selects_what_the_plain_interpreter_selects
)


@pytest.mark.attack("Q04")
@settings(max_examples=500, deadline=None)
@given(query=st.one_of(queries, st.text(alphabet="^ORNQEDBYSCa=1 \t", max_size=30), st.text(max_size=30)))
def test_q04_printing_a_parsed_query_keeps_its_meaning(query):
    """parse∘print∘parse = parse."""
    parsed = parse(query)
    assert parse(str(parsed)) == parsed

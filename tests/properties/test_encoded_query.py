"""Whatever query meets whatever records: SQL and the plain interpreter select the same, in the same order."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from engines import BACKENDS, engine_on
from generated_queries import queries
from generated_records import DICTIONARY, MOMENTS, PEOPLE, TABLES, TICKETS, records
from hypothesis import example, given, settings
from hypothesis import strategies as st
from query_oracle.interpreter import Asker, World
from ticketlab.emulator.errors import QueryTooComplex
from ticketlab.emulator.query import QueryContext, parse, select_records
from ticketlab.emulator.store.store import Store


@pytest.fixture(scope="module", name="store", params=BACKENDS)
def _store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with engine_on(request.param, request, tmp_path_factory.mktemp("records")) as engine:
        store = Store(engine)
        store.reconcile(DICTIONARY)
        yield store


def _selected(store: Store, world: World, table: str, query: str) -> tuple[list[str], int]:
    tables = store.tables(DICTIONARY)
    asker = world.asker
    context = QueryContext(
        asker.user, asker.user_name, asker.now, asker.zone, lambda: asker.groups, dynamic_filters=world.dynamic
    )
    selection = select_records(
        tables, table, parse(query), paths=("sys_id", "owner", "parent.bug"), context=context, limit=50
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


DYNAMIC = {"me": "gs.getUserID()", "mine": "getMyGroups()", "broken": "alert(1)"}
askers = st.builds(
    Asker,
    user=st.sampled_from(["", PEOPLE[0]]),
    user_name=st.sampled_from(["", "a"]),
    now=st.sampled_from([*MOMENTS, datetime(2020, 1, 31, 12, tzinfo=UTC)]),
    zone=st.sampled_from(["UTC", "US/Pacific", "Asia/Kolkata"]),
    groups=st.sampled_from([(), (PEOPLE[1], TICKETS[0])]),
)


def _agree(store: Store, records: list[dict[str, object]], table: str, query: str, asker: Asker) -> None:
    world = World(DICTIONARY, records, asker, DYNAMIC)
    try:
        parse(query)
    except QueryTooComplex:  # related records too many levels deep; drawn rarely
        return
    expected = world.run(table, query)
    assert _selected(store, world, table, query) == (expected, len(expected)), query


asked = given(records=records, table=st.sampled_from(TABLES), query=queries, asker=askers)


@pytest.mark.attack("Q02")
@settings(max_examples=200)
@asked
@example(records=[], table="ticket", query="^^^", asker=Asker())
def test_q02_sql_selects_what_the_plain_interpreter_selects(store, records, table, query, asker):
    """Same records, same order, same count, for every query, on both databases."""
    _agree(store, records, table, query, asker)


@pytest.mark.attack("Q02")
@pytest.mark.long
@settings(max_examples=600)
@asked
def test_q02_sql_and_interpreter_agree_for_thousands_of_queries(store, records, table, query, asker):
    """The same for longer."""
    _agree(store, records, table, query, asker)


@pytest.mark.attack("Q04")
@settings(max_examples=500)
@given(query=st.one_of(queries, st.text(alphabet="^ORNQEDBYSCa=1 \t", max_size=30), st.text(max_size=30)))
def test_q04_printing_a_parsed_query_keeps_its_meaning(query):
    """parse∘print∘parse = parse."""
    try:
        parsed = parse(query)
    except QueryTooComplex:
        return
    assert parse(str(parsed)) == parsed

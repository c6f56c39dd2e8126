"""What is meant to break out of a value, a name or an operator selects what the plain interpreter says it does."""

from collections.abc import Iterator

import pytest
from engines import BACKENDS, engine_on
from generated_records import DICTIONARY, PEOPLE, TICKETS
from injections import CORPUS, SHAPES, injected
from query_oracle.interpreter import World
from sqlalchemy import event
from ticketlab.emulator.query import QueryContext, parse, select_records
from ticketlab.emulator.store.store import Store

NAMES = {"text": "name", "reference": "owner", "time": "at", "table": "ticket"}
RECORDS = [
    {"sys_id": TICKETS[0], "sys_class_name": "bug", "name": CORPUS[0], "owner": PEOPLE[0], "count": 1, "open": True},
    {"sys_id": TICKETS[1], "sys_class_name": "wish", "name": CORPUS[-1], "count": 2, "open": False},
    {"sys_id": TICKETS[2], "sys_class_name": "ticket", "name": "x", "owner": PEOPLE[0]},
    {"sys_id": PEOPLE[0], "sys_class_name": "person", "name": CORPUS[7], "secret": "hash"},
]


class Log:
    """Runs queries and keeps the SQL of the last one."""

    def __init__(self, store: Store) -> None:
        self._store, self._tables = store, store.tables(DICTIONARY)
        self.sql: list[str] = []
        with store.engine.begin() as connection:
            for record in RECORDS:
                values = {name: value for name, value in record.items() if name != "sys_class_name"}
                store.insert(connection, self._tables, str(record["sys_class_name"]), values)
        event.listen(store.engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement, *_more) -> None:
        self.sql.append(statement)

    def run(self, query: str) -> list[str]:
        selection = select_records(
            self._tables, "ticket", parse(query), paths=("sys_id",), context=QueryContext(), limit=50
        )
        self.sql.clear()
        with self._store.engine.connect() as connection:
            return [row["sys_id"] for row in self._store.rows(connection, selection.rows)]


@pytest.fixture(scope="module", name="log", params=BACKENDS)
def _log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    with engine_on(request.param, request, tmp_path_factory.mktemp("records")) as engine:
        store = Store(engine)
        store.reconcile(DICTIONARY)
        yield Log(store)


@pytest.mark.attack("Q01")
@pytest.mark.parametrize("shape", SHAPES)
def test_q01_four_hundred_injections_select_what_the_interpreter_selects(log, shape):
    """On both databases; the SQL's text never holds a word of them."""
    world = World(DICTIONARY, RECORDS)
    assert len(set(CORPUS)) == 400
    for poison in CORPUS:
        query = injected(shape, poison, **NAMES)
        assert log.run(query) == world.run("ticket", query), query
        assert log.sql
        assert not [statement for statement in log.sql if poison in statement], query


@pytest.mark.attack("Q01")
@pytest.mark.parametrize("shape", ["{text}={0}", "{text}IN{0}", "{text}STARTSWITH{0}", "{text}LIKE{0}^OR{text}!={0}"])
def test_q01_a_poisoned_value_has_the_sql_of_a_harmless_one(log, shape):
    """So it is a bound parameter, and nothing else."""
    log.run(injected(shape, "harmless", **NAMES))
    harmless = list(log.sql)
    for poison in CORPUS:
        log.run(injected(shape, poison.replace(",", ";"), **NAMES))
        assert log.sql == harmless, poison

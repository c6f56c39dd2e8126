"""An instance's records on either database, for the queries of these tests."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from engines import BACKENDS, engine_on
from ticketlab.emulator.dictionary.declaration import load_schema
from ticketlab.emulator.query import QueryContext, Selection, parse, select_records
from ticketlab.emulator.store.store import Store

ABEL, BETH = "a" * 32, "b" * 32
NETWORK = "c" * 32
CHANGE = "x_mioms_m365ticket_change_request"


class Records:
    """Inserts records and answers queries about them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.schema = load_schema()
        self.tables = store.tables(self.schema)

    def insert(self, table: str, sys_id: str, **values: Any) -> str:
        with self.store.writing() as connection:
            self.store.insert(connection, self.tables, table, {"sys_id": sys_id, **values})
        return sys_id

    def select(self, table: str, query: str, *paths: str, **options: Any) -> Selection:
        options = {"limit": 100, "context": QueryContext(), "paths": paths or ("number",), **options}
        return select_records(self.tables, table, parse(query), **options)

    def rows(self, table: str, query: str, *paths: str, **options: Any) -> list[dict[str, Any]]:
        selection = self.select(table, query, *paths, **options)
        with self.store.reading() as connection:
            return [dict(row) for row in self.store.rows(connection, selection.rows)]

    def values(self, table: str, query: str, path: str = "number", **options: Any) -> list[Any]:
        return [row[path] for row in self.rows(table, query, path, **options)]

    def count(self, table: str, query: str, **options: Any) -> int:
        with self.store.reading() as connection:
            return self.store.count(connection, self.select(table, query, **options).count)


@pytest.fixture(name="empty_records", scope="module", params=BACKENDS)
def _empty_records(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    with engine_on(request.param, request, tmp_path_factory.mktemp("records")) as engine:
        store = Store(engine)
        store.reconcile(load_schema())
        yield Records(store)


@pytest.fixture(name="records", scope="module")
def _records(empty_records: Records) -> Records:
    insert: Callable[..., str] = empty_records.insert
    insert("sys_user_group", NETWORK, name="Network")
    insert("sys_user", BETH, user_name="beth.anglin", name="Beth Anglin", user_password="hash")
    insert("sys_user", ABEL, user_name="abel.tuter", name="Abel Tuter", manager=BETH)
    day = datetime(2020, 1, 31, 10, 20, 30, tzinfo=UTC)
    incident = {"opened_at": day, "active": True, "state": 1}
    insert(
        "incident", "1" * 32, number="INC1", caller_id=ABEL, priority=1, short_description="Disk 100% full", **incident
    )
    insert("incident", "2" * 32, number="INC2", caller_id=BETH, priority=2, short_description="disk_full", **incident)
    insert("incident", "3" * 32, number="INC3", priority=3, short_description=r"C:\disk", **incident)
    insert("incident", "4" * 32, number="inc4", caller_id="gone", short_description="[a-z]*", active=False)
    insert("change_request", "5" * 32, number="CHG1", state=-5, short_description="Change", assignment_group=NETWORK)
    insert(CHANGE, "6" * 32, number="CHG2", state=-5, recommendation_source="microsoft")
    return empty_records

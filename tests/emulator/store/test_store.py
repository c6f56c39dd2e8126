"""The store: what is written comes back, empty is NULL, and a database is only ever added to."""

import gc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from weakref import ref

import pytest
from engines import BACKENDS, engine_on
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from ticketlab.emulator.dictionary.declaration import load_schema, system_fields
from ticketlab.emulator.dictionary.model import Dictionary, Field, Index, Table
from ticketlab.emulator.dictionary.types import FieldType
from ticketlab.emulator.query import QueryContext, parse, select_records
from ticketlab.emulator.store.store import Store, dictionary_version
from ticketlab.emulator.store.tables import RecordTables
from ticketlab.shared.errors import RefusedToStart
from ticketlab.shared.postgresql import identifier

CHANGE = "x_mioms_m365ticket_change_request"
INCIDENT = "x_mioms_m365ticket_incident"


def _field(table: str, element: str, kind: FieldType = FieldType.STRING) -> Field:
    return Field(table, element, kind, element)


def _dictionary(**fields: FieldType) -> Dictionary:
    """A table ``base`` with these fields, a ``left`` and a ``right`` one that extend it."""
    own = {element: _field("base", element, kind) for element, kind in fields.items()}
    classed = {"sys_class_name": _field("base", "sys_class_name", FieldType.CLASS_NAME)}
    base = Table(
        "base", "Base", fields={**system_fields("base"), **classed, **own}, indexes=(Index(("sys_created_on",)),)
    )
    left = Table("left", "Left", extends="base", fields={"code": _field("left", "code", FieldType.INTEGER)})
    right = Table("right", "Right", extends="base", fields={"code": _field("right", "code", FieldType.STRING)})
    return Dictionary({table.name: table for table in (base, left, right)})


@pytest.fixture(name="store", params=BACKENDS)
def _store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with engine_on(request.param, request, tmp_path) as engine:
        yield Store(engine)


def _insert(store: Store, dictionary: Dictionary, table: str, **values: object) -> None:
    with store.writing() as connection:
        store.insert(connection, store.tables(dictionary), table, values)


def _read(store: Store, dictionary: Dictionary, table: str, *paths: str, query: str = "") -> list[dict[str, object]]:
    selection = select_records(
        store.tables(dictionary), table, parse(query), paths=paths, context=QueryContext(), limit=None
    )
    with store.reading() as connection:
        return [dict(row) for row in store.rows(connection, selection.rows)]


@pytest.mark.parametrize(
    ("kind", "written", "read"),
    [
        (FieldType.STRING, "Grüße ^ % \U0001f600", "Grüße ^ % \U0001f600"),
        (FieldType.STRING, "", None),
        (FieldType.INTEGER, -(2**63), -(2**63)),
        (FieldType.BOOLEAN, False, False),
        (FieldType.DATE, date(2020, 2, 29), date(2020, 2, 29)),
        (FieldType.DECIMAL, Decimal("-12.25"), Decimal("-12.25")),
        (FieldType.DURATION, 137, 137),
        (
            FieldType.DATE_TIME,
            datetime(2020, 1, 31, 12, 0, 0, 999, tzinfo=timezone(timedelta(hours=2))),
            datetime(2020, 1, 31, 10, 0, tzinfo=UTC),
        ),
    ],
)
def test_a_value_comes_back_as_it_was_written(store, kind, written, read):
    """Moments come back in UTC to the second; empty text is NULL."""
    dictionary = _dictionary(value=kind)
    store.reconcile(dictionary)
    _insert(store, dictionary, "left", sys_id="a" * 32, value=written)
    assert _read(store, dictionary, "base", "value") == [{"value": read, "sys_id": "a" * 32, "sys_class_name": "left"}]


def test_siblings_may_store_one_element_in_two_ways(store):
    """An integer and a text called alike lie in two columns of the one SQL table."""
    dictionary = _dictionary()
    store.reconcile(dictionary)
    _insert(store, dictionary, "left", sys_id="a" * 32, code=7)
    _insert(store, dictionary, "right", sys_id="b" * 32, code="seven")
    assert [row["code"] for row in _read(store, dictionary, "left", "code")] == [7]
    assert [row["code"] for row in _read(store, dictionary, "right", "code")] == ["seven"]
    assert {"code", "code__right"} <= set(store.tables(dictionary).sql_table("base").c.keys())


def test_update_and_delete_touch_records_of_the_named_class_only(store):
    """A record of another class is not there."""
    dictionary = _dictionary(value=FieldType.STRING)
    store.reconcile(dictionary)
    _insert(store, dictionary, "left", sys_id="a" * 32, value="x")
    tables = store.tables(dictionary)
    with store.writing() as connection:
        assert store.update(connection, tables, "right", "a" * 32, {"value": "y"}) == 0
        assert store.delete(connection, tables, "right", "a" * 32) == 0
        assert store.update(connection, tables, "base", "a" * 32, {"value": "y"}) == 1
    assert _read(store, dictionary, "left", "value")[0]["value"] == "y"
    with store.writing() as connection:
        assert store.delete(connection, tables, "left", "a" * 32) == 1
    assert _read(store, dictionary, "base") == []


def test_a_value_for_a_field_that_does_not_exist_is_an_error(store):
    """The store never drops what it is given."""
    dictionary = _dictionary()
    store.reconcile(dictionary)
    with pytest.raises(LookupError, match="left has no field nothing"):
        _insert(store, dictionary, "left", sys_id="a" * 32, nothing="x")


@pytest.mark.parametrize("table", [CHANGE, INCIDENT])
def test_a_correlation_id_is_unique_in_the_apps_table(store, table):
    """A second insert is refused by the database, so two racing writers cannot both win; case does not matter."""
    schema = load_schema()
    store.reconcile(schema)
    _insert(store, schema, table, sys_id="a" * 32, correlation_id="One")
    with pytest.raises(IntegrityError, match="correlation"):
        _insert(store, schema, table, sys_id="b" * 32, correlation_id="oNE")


def test_a_correlation_id_may_repeat_in_other_classes_and_be_empty(store):
    """Uniqueness binds the app's class alone."""
    schema = load_schema()
    store.reconcile(schema)
    for number, table in enumerate(["change_request", "change_request", CHANGE, INCIDENT]):
        _insert(store, schema, table, sys_id=f"{number}" * 32, correlation_id="one")
    for number in range(4, 6):
        _insert(store, schema, CHANGE, sys_id=f"{number}" * 32, correlation_id="")
    assert len(_read(store, schema, "task")) == 6


def test_reconcile_adds_the_column_and_index_that_a_database_lacks(store):
    """An older database goes on with its records."""
    older, newer = _dictionary(), _dictionary(extra=FieldType.INTEGER)
    store.reconcile(older)
    _insert(store, older, "left", sys_id="a" * 32)
    base = replace(newer.table("base"), indexes=(Index(("extra",)),))
    newer = Dictionary({**newer.tables, "base": base})
    store.reconcile(newer)
    assert _read(store, newer, "base", "extra")[0]["extra"] is None
    assert "index_base_extra" in {index["name"] for index in inspect(store.engine).get_indexes("base")}


def test_reconcile_of_an_equal_dictionary_looks_at_nothing(store):
    """The second start of an instance costs no inspection of its tables."""
    store.reconcile(_dictionary())
    with store.writing() as connection:
        connection.exec_driver_sql("DROP TABLE base")
    store.reconcile(_dictionary())
    assert "base" not in inspect(store.engine).get_table_names()


def test_reconcile_refuses_a_field_that_is_stored_in_another_way(store):
    """Nothing is converted behind anybody's back."""
    store.reconcile(_dictionary(value=FieldType.STRING))
    with pytest.raises(RefusedToStart, match=r"base\.value is stored as"):
        store.reconcile(_dictionary(value=FieldType.INTEGER))


def test_reconcile_inside_a_transaction_is_undone_with_it(store):
    """A refused edit of the dictionary leaves no table behind."""
    store.reconcile(_dictionary())
    wider = _dictionary()
    wider = Dictionary({**wider.tables, "thing": Table("thing", "Thing", fields=system_fields("thing"))})
    with store.engine.connect() as connection, connection.begin() as transaction:
        store.reconcile(wider, connection)
        assert "thing" in inspect(connection).get_table_names()
        transaction.rollback()
    assert "thing" not in inspect(store.engine).get_table_names()


def test_equal_structures_share_one_sql_table(store):
    """An equal Table of another MetaData would compile every statement anew."""
    one, other = _dictionary(), _dictionary()
    assert store.tables(one).sql_table("left") is Store(store.engine).tables(other).sql_table("right")


def test_every_declared_table_compiles_and_its_indexes_end_with_sys_id(store):
    """In a hierarchy each index starts with the class."""
    schema = load_schema()
    tables = store.tables(schema)
    for base in tables.bases():
        for index in tables.hierarchy(base).indexes:
            if not index.unique:
                assert index.columns[-1] == "sys_id"
                assert index.columns[0] == "sys_class_name" or "sys_class_name" not in schema.fields(base)


def test_a_long_identifier_is_mapped_to_one_that_every_database_takes():
    """PostgreSQL cuts names over 63 bytes, and two could be cut to one."""
    one, other = "x" * 70 + "a", "x" * 70 + "b"
    assert len(identifier(one)) == 63
    assert identifier(one) != identifier(other)
    assert identifier("short") == "short"


def test_a_counter_counts_on_from_its_first_number_and_catches_up_with_a_raised_one(store):
    """Numbers are never given twice."""
    store.reconcile(_dictionary())
    with store.writing() as connection:
        assert [store.next_counter(connection, "task", 10) for _ in range(3)] == [10, 11, 12]
        assert store.next_counter(connection, "task", 100) == 100
        assert store.next_counter(connection, "task", 10) == 101
        assert store.next_counter(connection, "other", 1) == 1


def test_a_version_is_unlike_any_other_and_names_the_dictionary_as_long_as_that_stays(store):
    """Caches hang on it."""
    store.reconcile(_dictionary())
    versions = []
    for changes_dictionary in (True, False, True):
        with store.writing() as connection:
            store.begin_version(connection, dictionary=changes_dictionary)
        with store.reading() as connection:
            versions.append(store.version(connection))
    first, second, third = map(dictionary_version, versions)
    assert len(set(versions)) == 3
    assert first == second != third


def test_a_structure_that_no_dictionary_has_any_more_is_forgotten():
    """An instance whose dictionary changes again and again would keep every one it has had."""
    tables = RecordTables(_dictionary(u_of_this_test=FieldType.STRING))
    table = ref(tables.sql_table("base"))
    assert table() is RecordTables(_dictionary(u_of_this_test=FieldType.STRING)).sql_table("base")
    del tables
    gc.collect()
    assert table() is None

"""The bulk seed: as many changes as asked for, spread evenly, and the volume rows that clients page through."""

import pytest
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.web.parts import part_of

CHANGES = 400


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    made = make_instance(tmp_path_factory.mktemp("bulk"), seed=f"bulk:{CHANGES}")
    yield made
    close(made)


@pytest.fixture
def records(instance):
    return lambda table: part_of(instance, Gate).record(table, Caller.system())


def total(records, table, query):
    return records(table).query(query, limit=1, count=True).total


def test_there_are_as_many_changes_as_asked_for_beside_the_demo_s(records):
    assert total(records, "change_request", "numberSTARTSWITHCHG003") == CHANGES
    assert records("change_request").query("number=CHG0000001").rows


def test_a_state_and_a_priority_match_one_change_in_forty(records):
    assert total(records, "change_request", "state=-4^priority=3^numberSTARTSWITHCHG003") == CHANGES / 40


def test_the_instance_numbers_on_after_them(records):
    """The change goes again: the other tests count what the seed wrote."""
    made = records("change_request").insert({})
    records("change_request").delete(made.sys_id)
    assert made.value("number") == f"CHG{30001 + CHANGES:07d}"


@pytest.mark.source("rest 11", "C")
def test_clients_find_volume_with_ties_to_page_through(records):
    items = records("cmdb_ci").query("", fields=["sys_created_on"], limit=5000).rows
    assert len(items) > 600
    assert len({row.value("sys_created_on") for row in items}) < len(items) / 20
    assert total(records, "syslog", "") > 600


def test_the_table_s_indexes_are_there_again(instance):
    store = part_of(instance, Gate).store
    table = store.tables(part_of(instance, Gate).read_dictionary()).sql_table("change_request")
    with store.reading() as connection:
        listed = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='index'").scalars().all()
    on_postgresql_only = {"unique_task_sys_id"}
    assert {index.name for index in table.indexes} - on_postgresql_only <= set(listed)

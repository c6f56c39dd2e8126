"""A dictionary that changes again and again, as while a test makes its tables."""

import gc

from sqlalchemy import Table
from ticketlab.emulator.records.snapshot import MOST_KEPT
from ticketlab.emulator.store.tables import MOST_KNOWN

CHANGES = 24


def sql_tables(name: str) -> set[int]:
    gc.collect()
    return {id(each) for each in gc.get_objects() if isinstance(each, Table) and each.name == name}


def test_of_earlier_dictionaries_only_the_last_few_are_kept(api):
    """Statements that were compiled for one held its tables, some megabytes each."""
    before = sql_tables("task")
    for number in range(CHANGES):
        api.create("sys_dictionary", name="incident", element=f"u_{number}", internal_type="string")
        api.rows("incident", sysparm_query=f"u_{number}ISEMPTY", sysparm_limit=1)
    assert len(sql_tables("task") - before) <= MOST_KEPT + MOST_KNOWN

"""Many records for tests of volume: change requests by the number asked for, and the rows clients page through.

The same number gives the same records. States and priorities are spread evenly, so that a state and a priority
together match one change in forty.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import Connection

from ..dictionary.declaration import record_id
from ..dictionary.model import Dictionary
from ..store.store import Native, Store
from ..store.tables import RecordTables
from .rows import Row, write_rows

BATCH = 5000
SHARE_OF_INDEX = 20
"""Making an index takes about the time of writing a twentieth of the records."""
FIRST_MOMENT = datetime(2020, 1, 1, tzinfo=UTC)
STATES = (-5, -4, -3, -2, -1, 0, 3, 4)
PRIORITIES = 5
TOPICS = ("Patch", "Restart", "Replace", "Move", "Renew the certificate of", "Upgrade", "Reconfigure", "Test")
TARGETS = ("the mail gateway", "a database server", "the branch router", "the payroll system", "a file server")
CONFIGURATION_ITEMS = 700
ITEMS_OF_ONE_MOMENT = 50
LOG_ENTRIES = 700
"""Clients' own tests want more than 600 of each, and many items with one time of creation (rest 11)."""

Tell = Callable[[int, int], None]
"""Told how many records are written, and of how many."""


def write_volume(
    store: Store, connection: Connection, tables: RecordTables, count: int, people: Sequence[str], tell: Tell
) -> None:
    """Write ``count`` change requests, and the configuration items and log entries that come with any volume."""
    dictionary = tables.dictionary
    write_rows(connection, tables, {"cmdb_ci_server": list(_items()), "syslog": list(_log_entries())})
    first = _first_number(dictionary)
    rows = (_change(index, first + index, people) for index in range(count))
    shared = _shared_values(dictionary)
    # Sorting a million keys once is far quicker than finding each one's place.
    indexes = sorted(tables.sql_table("change_request").indexes, key=lambda index: str(index.name))
    of_index = count // SHARE_OF_INDEX
    done, total = 0, count + of_index * len(indexes)
    tell(done, total)
    for index in indexes:
        index.drop(connection)
    while batch := [{**shared, **row} for row in islice(rows, BATCH)]:
        write_rows(connection, tables, {"change_request": batch})
        tell(done := done + len(batch), total)
    for index in indexes:
        index.create(connection)
        tell(done := done + of_index, total)
    store.reserve_numbers(connection, {"change_request": first + count - 1})


def _first_number(dictionary: Dictionary) -> int:
    numbering = dictionary.numbering("change_request")
    return numbering.first if numbering else 1


def _shared_values(dictionary: Dictionary) -> Mapping[str, Native]:
    """What is the same in every one of the changes."""
    return {
        "type": "normal",
        "impact": 3,
        "urgency": 3,
        "risk": 3,
        "scope": 3,
        "approval": "not requested",
        "sys_domain": "global",
        "sys_domain_path": "/",
        "sys_mod_count": 0,
        "sys_created_by": "admin",
        "sys_updated_by": "admin",
        "chg_model": record_id(dictionary.base("chg_model"), "Normal"),
    }


def _change(index: int, number: int, people: Sequence[str]) -> Row:
    moment = FIRST_MOMENT + timedelta(seconds=37 * index)
    state = STATES[index % len(STATES)]
    return {
        "sys_id": record_id("change_request", "volume", str(index)),
        "number": f"CHG{number:07d}",
        "task_effective_number": f"CHG{number:07d}",
        "state": state,
        "active": state < STATES[-2],
        "priority": 1 + index // len(STATES) % PRIORITIES,
        "short_description": f"{TOPICS[index % len(TOPICS)]} {TARGETS[index // 7 % len(TARGETS)]} ({index})",
        "assigned_to": people[index // 3 % len(people)] if index % 4 else None,
        "opened_by": people[index % len(people)],
        "requested_by": people[index % len(people)],
        "opened_at": moment,
        "closed_at": moment + timedelta(days=3) if state >= STATES[-2] else None,
        "sys_created_on": moment,
        "sys_updated_on": moment + timedelta(hours=index % 48),
    }


def _items() -> Iterator[Row]:
    for index in range(CONFIGURATION_ITEMS):
        moment = FIRST_MOMENT + timedelta(hours=index // ITEMS_OF_ONE_MOMENT)
        yield {
            "sys_id": record_id("cmdb_ci", "volume", str(index)),
            "name": f"volume-server-{index:04d}",
            "os": "Linux Red Hat",
            "install_status": 1,
            "operational_status": 1,
            **_stamps(moment),
        }


def _log_entries() -> Iterator[Row]:
    for index in range(LOG_ENTRIES):
        yield {
            "sys_id": record_id("syslog", "volume", str(index)),
            "level": "0",
            "source": "volume",
            "message": f"Entry {index} of a log that clients page through",
            **_stamps(FIRST_MOMENT + timedelta(minutes=index)),
        }


def _stamps(moment: datetime) -> Row:
    return {
        "sys_created_on": moment,
        "sys_updated_on": moment,
        "sys_created_by": "system",
        "sys_updated_by": "system",
        "sys_mod_count": 0,
    }

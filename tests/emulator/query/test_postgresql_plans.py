"""On PostgreSQL an index finds what a query asks for, once tables are large. For SQLite see test_selection.py."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, text

USERS = """
INSERT INTO sys_user (sys_id, user_name, name)
SELECT md5('user ' || n), 'user.' || n, 'User ' || n FROM generate_series(1, 10000) n
"""
TASKS = """
INSERT INTO task (sys_id, sys_class_name, number, state, priority, correlation_id, assigned_to, opened_by,
    cmdb_ci, sys_created_on, sys_updated_on)
SELECT md5('task ' || n), (ARRAY['incident', 'change_request', 'problem'])[n % 3 + 1], 'TSK' || n, n % 8, n % 5,
    'correlation ' || n, md5('user ' || n % 997), md5('user ' || n),
    md5('item ' || n % 97),
    timestamp '2020-01-01' + n * interval '1 minute', timestamp '2020-01-01' + n * interval '2 minutes'
FROM generate_series(1, 10000) n
"""


@pytest.fixture(name="many_records", scope="module")
def _many_records(empty_records) -> Iterator[Any]:
    with empty_records.store.writing() as connection:
        for statement in (USERS, TASKS, "ANALYZE sys_user", "ANALYZE task"):
            connection.execute(text(statement))
    yield empty_records
    with empty_records.store.writing() as connection:
        connection.execute(text("TRUNCATE task, sys_user"))


def plan_of(records, table: str, query: str, **options: Any) -> str:
    prepared = records.select(table, query, **options).rows
    executed: list[tuple[str, Any]] = []
    with records.store.reading() as connection:
        event.listen(connection, "before_cursor_execute", lambda *given: executed.append(given[2:4]))
        records.store.rows(connection, prepared)
        ((statement, values),) = executed
        return "\n".join(step for (step,) in connection.exec_driver_sql(f"EXPLAIN {statement}", values))


@pytest.mark.parametrize("empty_records", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("sys_id=00000000000000000000000000000000", "sys_id"),
        ("sys_idIN00000000000000000000000000000000,11111111111111111111111111111111", "sys_id"),
        ("number=TSK5000", "number"),
        ("correlation_id=correlation 7", "correlation_id"),
        ("assigned_to=d41d8cd98f00b204e9800998ecf8427e^ORDERBYDESCsys_created_on", "assigned_to"),
        ("cmdb_ci=d41d8cd98f00b204e9800998ecf8427e^ORDERBYDESCnumber", "cmdb_ci_number"),
        ("state=1^priority=3^ORDERBYDESCsys_created_on", "state"),
        ("ORDERBYDESCsys_updated_on", "sys_updated_on"),
        ("sys_updated_on>2020-01-14 20:00:00^ORDERBYsys_updated_on", "sys_updated_on"),
    ],
)
@pytest.mark.parametrize("table", ["task", "incident"])
def test_postgresql_finds_by_an_index_what_is_asked_for(many_records, table, query, index):
    """The names of the people, too, whom the found records point to."""
    plan = plan_of(many_records, table, query, limit=20, paths=("number", "assigned_to", "opened_by"))
    assert "Seq Scan" not in plan, plan
    assert index in plan, plan


@pytest.mark.parametrize("empty_records", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", ["task", "incident", "sys_user"])
def test_postgresql_finds_a_record_by_its_sys_id_alone(many_records, table):
    """Not by looking through those of its class."""
    plan = plan_of(many_records, table, "sys_id=00000000000000000000000000000000", paths=("sys_id",), limit=1)
    (condition,) = [line for line in plan.splitlines() if "Index Cond" in line]
    assert "lower(" in condition, plan
    assert "sys_id" in condition, plan

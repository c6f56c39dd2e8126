"""Queries that take long (Q13, Q16): they are cancelled at their quota, and nobody else notices."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest
import requests
from engines import BACKENDS
from flask import Flask
from patience import HANGING
from sqlalchemy import text
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.records.quotas import OTHER_APIS, QUOTA_RULES, RULES
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.command.server import Server
from ticketlab.shared.place import Server as Database
from ticketlab.shared.secret import Secret
from ticketlab.shared.web.parts import part_of

ADMIN = ("admin", "admin")
TABLE = "/api/now/table"
TABLE_QUOTA = f"{TABLE}/sysrule_quota/55841f53ff2102003434ffffffffff39"
CANCELLED = {
    "error": {
        "message": "Transaction cancelled: maximum execution time exceeded",
        "detail": "Transaction cancelled: maximum execution time exceeded Check logs for error trace or enable "
        "glide.rest.debug property to verify REST request processing",
    },
    "status": "failure",
}
LONG_TEXT = "a" * 20_000
SLOW_FILTER = "^OR".join(f"descriptionLIKE{'a' * 480}{each}" for each in "bcdefghijklmno")
"""Each comparison looks for its end at every one of the text's places: the worst that one address has room for."""
SLOW = f"{TABLE}/task?sysparm_limit=1&sysparm_fields=number&sysparm_query={SLOW_FILTER}"
QUICK = f"{TABLE}/incident?sysparm_limit=1&sysparm_fields=sys_id"


@pytest.fixture(name="new_database", scope="module", params=BACKENDS)
def _new_database(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Makes a database on a server and gives its address; empty for files."""
    return request.getfixturevalue("postgresql").database if request.param == "postgresql" else str


@pytest.fixture(name="database", scope="module")
def _database(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture(name="instance", scope="module")
def _instance(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An instance with texts that take long to search."""
    folder: Path = tmp_path_factory.mktemp("instance")
    made = make_instance(folder, database=Database(Secret(database)))
    with part_of(made, Gate).store.writing() as connection:
        connection.execute(text("UPDATE task SET description = :long"), {"long": LONG_TEXT})
    yield made
    close(made)


@contextmanager
def a_second_each(instance: Flask) -> Iterator[None]:
    """While a request for records has one second; before and after, it has its time on a busy machine, too."""
    allow(instance, 1)
    try:
        yield
    finally:
        allow(instance, HANGING)


def allow(instance: Flask, seconds: int) -> None:
    rules = part_of(instance, Gate).record(QUOTA_RULES, Caller.system())
    for name in (RULES["table"], OTHER_APIS):
        rule = rules.find(f"name={name}", ("name",))
        rules.update(rule.sys_id, {"max_duration": seconds})


@pytest.fixture(name="slowly")
def _slowly(instance: Flask, database: str) -> Callable[[], AbstractContextManager[None]]:
    """While what task holds takes long to read. PostgreSQL is quick with such texts, so there a lock stands for it."""

    @contextmanager
    def _locked() -> Iterator[None]:
        with a_second_each(instance), psycopg.connect(database) as connection:
            connection.execute("LOCK TABLE ticketlab_emulator.task IN ACCESS EXCLUSIVE MODE")
            yield

    return _locked if database else partial(a_second_each, instance)


@pytest.mark.attack("Q13")
@pytest.mark.source("platform 4.4", "D")
def test_q13_a_query_over_its_quota_is_cancelled(instance, slowly):
    """In the platform's words, and not before its time is over. The lock that stands for a long one has no end."""
    began = time.monotonic()
    with slowly():
        answer = instance.test_client().get(SLOW, auth=ADMIN)
    assert time.monotonic() - began > 1
    assert (answer.status_code, answer.json) == (500, CANCELLED)


@pytest.mark.attack("Q13")
@pytest.mark.source("platform 4.4", "I")
def test_q13_the_jsonv2_processor_has_the_quota_of_rest_and_json(instance, slowly):
    """Its address is a page's, whose quota is five minutes."""
    with slowly():
        answer = instance.test_client().get(f"/task.do?JSONv2&sysparm_query={SLOW_FILTER}", auth=ADMIN)
    assert CANCELLED["error"]["message"] in answer.text


@pytest.mark.attack("Q13")
def test_q13_a_cancelled_query_gives_its_connection_back_and_the_next_one_uses_it(instance, slowly):
    client = instance.test_client()
    pool = part_of(instance, Gate).store.engine.pool
    for _ in range(2):
        with slowly():
            assert client.get(SLOW, auth=ADMIN).status_code == 500
        assert pool.checkedout() == 0
        kept = pool.checkedin()
        assert client.get(QUICK, auth=ADMIN).status_code == 200
        assert (pool.checkedout(), pool.checkedin()) == (0, kept)


SLOW_TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER t UPDATE ON task BEGIN SELECT count(*) FROM sys_choice a, sys_choice b, sys_choice c, task; END"
    ],
    "postgresql": [
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(300); RETURN NULL; END'",
        "CREATE TRIGGER slow AFTER UPDATE ON task FOR EACH ROW EXECUTE FUNCTION slow()",
    ],
}


@pytest.mark.attack("Q13")
@pytest.mark.source("platform 4.4", "G")
def test_q13_of_a_cancelled_write_nothing_is_left(instance):
    """A trigger of the database makes it slow, when the record has been written already."""
    gate, client = part_of(instance, Gate), instance.test_client()
    (row,) = client.get(QUICK, auth=ADMIN).json["result"]
    record = f"{TABLE}/incident/{row['sys_id']}"
    before = client.get(record, auth=ADMIN).json
    for statement in SLOW_TRIGGERS[gate.store.engine.dialect.name]:
        with gate.store.writing() as connection:
            connection.execute(text(statement))
    with a_second_each(instance):
        answer = client.patch(record, json={"short_description": "Half of it"}, auth=ADMIN)
    assert (answer.status_code, answer.json) == (500, CANCELLED)
    assert client.get(record, auth=ADMIN).json == before
    assert client.post(f"{TABLE}/incident", json={"short_description": "The next"}, auth=ADMIN).status_code == 201


WORST = {
    "a text search": "123TEXTQUERY321=" + " ".join(f"word{number}" for number in range(20)),
    "parts of times": "^OR".join(["sys_created_onDATEPARTx@javascript:gs.datePart('hour','25','EE')"] * 60),
    "many patterns": "^OR".join(
        f"descriptionLIKEpattern{number}^ORshort_descriptionLIKE{number}x" for number in range(90)
    ),
    "far orders": "ORDERBYassigned_to.manager.department.name^ORDERBYopened_by.department.name^ORDERBYclosed_at",
    "related records": "RLQUERYtask.parent,=0^RLQUERYtask.parent,=0^active=true^ENDRLQUERY^ENDRLQUERY^ORDERBYstate",
}
"""What a caller may ask for that an index serves least."""
QUOTA = 20


@pytest.mark.long
@pytest.mark.attack("Q13")
def test_q13_the_worst_queries_over_100000_records_end_and_nobody_waits_for_them(instance_server, new_database):
    """Each is answered or cancelled, and other requests go on meanwhile: some are asked and answered before it is."""
    server: Server = instance_server(seed="bulk:100000", database=new_database())
    restrict(server, QUOTA)
    answered: dict[str, int] = dict.fromkeys(WORST, 0)
    cancelled = set()
    for name, query in WORST.items():
        with ThreadPoolExecutor(1) as pool:
            worst = pool.submit(status_of, f"{server.url}{TABLE}/task?sysparm_limit=50", query)
            while not worst.done():
                assert status_of(server.url + QUICK) == 200
                answered[name] += not worst.done()
        if worst.result() != 200:
            cancelled.add(name)
    assert all(answered[name] > 1 for name in cancelled), answered
    assert sum(answered.values()) > len(WORST), answered


@pytest.mark.long
@pytest.mark.attack("Q16")
def test_q16_a_hundred_of_the_worst_queries_at_once_leave_the_instance_answering(instance_server, new_database):
    """They take turns, and the last one's turn comes, too. The worker that serves them stays the same, and small."""
    server: Server = instance_server(seed="bulk:20000", database=new_database())
    restrict(server, 3)
    (worker,) = workers(server)
    queries = list(WORST.values()) * 20
    with ThreadPoolExecutor(len(queries)) as pool:
        answers = pool.map(lambda query: status_of(f"{server.url}{TABLE}/task?sysparm_limit=50", query), queries)
        assert len(list(answers)) == len(queries)
    assert workers(server) == [worker]
    assert largest(worker) < 300
    restrict(server, HANGING)
    assert [status_of(server.url + QUICK) for _ in range(20)] == [200] * 20


def restrict(server: Server, seconds: int) -> None:
    answer = requests.patch(server.url + TABLE_QUOTA, json={"max_duration": str(seconds)}, auth=ADMIN, timeout=HANGING)
    assert answer.status_code == 200, answer.text


def status_of(url: str, query: str = "") -> int:
    """Of what is asked for, or of the refusal of what takes too long, and of nothing else."""
    answer = requests.get(url, {"sysparm_query": query} if query else None, auth=ADMIN, timeout=HANGING * 10)
    assert answer.status_code == 200 or (answer.status_code, answer.json()) == (500, CANCELLED)
    return answer.status_code


def workers(server: Server) -> list[str]:
    return Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()


def largest(pid: str) -> float:
    """The most memory that a process has ever held, in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

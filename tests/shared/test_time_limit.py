"""The limit of a request, apart from any database."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import Context

import pytest
from patience import HANGING
from sqlalchemy import create_engine, text
from ticketlab.shared.database import BUSY_TIMEOUT_MS, install_sqlite, taken_back, writing
from ticketlab.shared.errors import TicketlabError
from ticketlab.shared.time_limit import begin_limit, check_limit, end_limit, install_time_limit, limit_to

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0"


class TooLate(TicketlabError):
    """What these requests are told."""


def test_a_request_past_its_limit_is_refused_once_and_may_then_answer():
    """Before its limit, without one and after its end nothing is refused."""

    def request() -> None:
        check_limit()
        begin_limit("GET /slow", TooLate)
        check_limit()
        limit_to(HANGING)
        check_limit()
        end_limit()
        begin_limit("GET /slow", TooLate)
        limit_to(0)
        time.sleep(0.01)
        with pytest.raises(TooLate):
            check_limit()
        check_limit()
        end_limit()
        check_limit()

    Context().run(request)


def test_a_request_within_a_request_has_the_limit_of_the_outer_one():
    def request() -> None:
        begin_limit("POST /outer", TooLate)
        limit_to(0)
        begin_limit("GET /inner", TicketlabError)
        limit_to(HANGING)
        time.sleep(0.01)
        with pytest.raises(TooLate):
            check_limit()
        end_limit()

    Context().run(request)


@pytest.fixture(name="engine")
def _engine(tmp_path):
    """Of a database with a table of tickets, none of which is there."""
    made = create_engine(f"sqlite:///{tmp_path / 'tickets.db'}")
    install_time_limit(made)
    install_sqlite(made, durable=False)
    with writing(made) as connection:
        connection.execute(text("CREATE TABLE ticket (number)"))
    yield made
    made.dispose()


def test_a_request_that_waits_past_its_limit_for_its_turn_to_write_is_refused(engine):
    """It does not wait for whoever writes, and the next one writes."""

    def request() -> None:
        begin_limit("POST /waiting", TooLate)
        limit_to(0.05)
        with pytest.raises(TooLate), writing(engine):
            pass
        end_limit()

    with ThreadPoolExecutor(1) as pool:
        with writing(engine):
            pool.submit(Context().run, request).result(timeout=HANGING)
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO ticket VALUES (1)"))


def test_a_request_that_waits_past_its_limit_for_another_process_to_write_is_refused(engine):
    """That one is found in SQLite's own lock, on which the connection waits as patiently as ever afterwards."""

    def request() -> None:
        begin_limit("POST /waiting", TooLate)
        limit_to(0.05)
        with pytest.raises(TooLate), writing(engine):
            pass
        end_limit()

    with closing(sqlite3.connect(engine.url.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        Context().run(request)
    with writing(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == BUSY_TIMEOUT_MS


def test_a_write_that_is_cancelled_within_a_savepoint_is_told_so(engine):
    """SQLite undoes the whole transaction with it, so that there is no savepoint to go back to."""

    def request() -> None:
        begin_limit("POST /slow", TooLate)
        limit_to(0.05)
        with pytest.raises(TooLate):
            write_endlessly()
        end_limit()

    def write_endlessly() -> None:
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO ticket VALUES (2)"))
            with taken_back(connection):
                connection.execute(text(f"INSERT INTO ticket {ENDLESS}"))

    with writing(engine) as connection:
        with taken_back(connection):
            connection.execute(text("INSERT INTO ticket VALUES (0)"))
        connection.execute(text("INSERT INTO ticket VALUES (1)"))
    Context().run(request)
    with writing(engine) as connection:
        assert list(connection.execute(text("SELECT number FROM ticket")).scalars()) == [1]

"""What is learnt of a database once, and known until somebody changes it."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

import psycopg
import pytest
from patience import HANGING
from thing_table import ADD, COUNT
from ticketlab.shared.database import reading, writing
from ticketlab.shared.facts import fact, has_changed_nothing
from ticketlab.shared.view import close_views, open_views


@pytest.mark.usefixtures("request_with_views")
def test_a_fact_is_asked_for_once_in_a_view_and_anew_after_a_write(engine):
    asked = []

    def ask(connection):
        asked.append(connection)
        return connection.scalar(COUNT)

    for _ in range(2):
        with reading(engine) as connection:
            assert fact(connection, "count", ask) == 0
    with writing(engine) as connection:
        connection.execute(ADD)
        assert fact(connection, "count", ask) == 1
    with reading(engine) as connection:
        assert fact(connection, "count", ask) == 1
    assert len(asked) == 3


def other_process(engine):
    """A connection that commits at the end, without asking for a turn."""
    if engine.dialect.name == "sqlite":
        return sqlite3.connect(engine.url.database)
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, options="-c search_path=ticketlab_emulator")


@pytest.fixture
def counted(engine):
    """How often the rows were really counted, and the number asked for as a fact."""
    asked = []

    def count(connection):
        return fact(connection, "count", lambda own: asked.append(own) or own.scalar(COUNT))

    return asked, count


def requested(engine, count):
    open_views()
    with reading(engine) as connection:
        found = count(connection)
    close_views()
    return found


def test_what_was_learnt_lasts_until_somebody_else_commits(engine):
    """On either database; what another transaction has not committed is not there yet."""
    asked = []

    def ask():
        return requested(engine, lambda own: fact(own, "count", lambda it: asked.append(it) or it.scalar(COUNT)))

    def write_until(done):
        with writing(engine) as connection:
            connection.execute(ADD)
            written.set()
            done.wait(HANGING)

    written, done = Event(), Event()
    with ThreadPoolExecutor(1) as pool:
        assert {ask() for _ in range(4)} == {0}
        writer = pool.submit(write_until, done)
        assert written.wait(HANGING)
        assert {ask() for _ in range(4)} == {0}
        assert len(asked) <= 2  # once on each of the pool's connections
        done.set()
        writer.result(HANGING)
    assert {ask() for _ in range(4)} == {1}
    assert len(asked) <= 4
    with suppress(ZeroDivisionError), writing(engine) as connection:
        connection.execute(ADD)
        raise ZeroDivisionError
    assert {ask() for _ in range(4)} == {1}


def test_a_write_that_changes_nothing_leaves_what_was_learnt(engine, counted):
    asked, count = counted
    for _ in range(3):
        assert requested(engine, count) == 0
        with writing(engine) as connection:
            assert count(connection) == 0
            assert has_changed_nothing(connection)
    assert len(asked) == 1


def test_a_write_learns_anew_what_another_process_has_changed(engine, counted):
    _, count = counted
    assert requested(engine, count) == 0
    with other_process(engine) as other:
        other.execute(ADD.text)
    with writing(engine) as connection:
        assert count(connection) == 1
    assert requested(engine, count) == 1


def test_a_write_that_changes_something_takes_what_was_learnt_with_it_even_when_it_is_undone(engine, counted):
    _, count = counted
    assert requested(engine, count) == 0
    with suppress(ZeroDivisionError), writing(engine) as connection:
        connection.execute(ADD)
        assert not has_changed_nothing(connection)
        assert count(connection) == 1
        raise ZeroDivisionError
    assert requested(engine, count) == 0

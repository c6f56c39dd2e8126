"""One view of a database for a whole request."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from patience import HANGING
from thing_table import ADD, COUNT
from ticketlab.shared.database import reading, writer_to, writing
from ticketlab.shared.view import close_views, open_views


def count(engine):
    with reading(engine) as connection:
        return connection.scalar(COUNT)


@pytest.mark.usefixtures("request_with_views")
def test_a_request_reads_on_one_connection_what_was_there_at_first(engine):
    with reading(engine) as first:
        assert first.scalar(COUNT) == 0
    with engine.connect() as other, other.begin():  # another process, as it were
        other.execute(ADD)
    with reading(engine) as second:
        assert second is first
        assert second.scalar(COUNT) == 0


@pytest.mark.usefixtures("request_with_views")
def test_a_request_reads_what_it_has_written(engine):
    assert count(engine) == 0
    with writing(engine) as connection:
        connection.execute(ADD)
        assert count(engine) == 0  # not committed yet
    assert count(engine) == 1


@pytest.mark.usefixtures("request_with_views")
def test_a_reader_in_the_middle_of_reading_keeps_its_view_when_the_request_writes(engine):
    with reading(engine) as connection:
        assert connection.scalar(COUNT) == 0
        with writing(engine) as writer:
            writer.execute(ADD)
        assert connection.scalar(COUNT) == 0
    assert count(engine) == 1


def test_every_connection_goes_back_to_the_pool_at_the_end_of_a_request(engine):
    open_views()
    count(engine)
    assert engine.pool.checkedout() == 1
    close_views()
    assert engine.pool.checkedout() == 0


def test_a_failed_reader_ends_the_view(engine):
    open_views()
    with pytest.raises(ZeroDivisionError), reading(engine):
        raise ZeroDivisionError
    assert engine.pool.checkedout() == 0
    close_views()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_writer_that_waits_for_its_turn_holds_no_connection(engine):
    """It is called as soon as the one before it is done, where SQLite would have it sleep and look again."""
    order = []

    def write_too():
        with writing(engine):
            order.append("second")

    with ThreadPoolExecutor(1) as pool:
        with writing(engine):
            waiting = pool.submit(write_too)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.2)
            assert engine.pool.checkedout() == 1
            order.append("first")
        waiting.result(timeout=HANGING)
    assert order == ["first", "second"]


@pytest.mark.usefixtures("request_with_views")
def test_whoever_writes_can_be_asked_for_the_connection(engine):
    assert writer_to(engine) is None
    with writing(engine) as connection:
        assert writer_to(engine) is connection
    assert writer_to(engine) is None


@pytest.mark.usefixtures("request_with_views")
def test_a_request_goes_on_to_write_on_the_connection_it_has_read_on(engine):
    with reading(engine) as reader:
        assert reader.scalar(COUNT) == 0
    with writing(engine) as writer:
        assert writer is reader
        writer.execute(ADD)
    assert engine.pool.checkedout() == 0
    assert count(engine) == 1

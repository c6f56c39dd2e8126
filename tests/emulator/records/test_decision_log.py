"""The decisions of refused requests, kept beside the records."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from engines import BACKENDS, engine_on
from sqlalchemy import create_engine
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.access.trail import Trail
from ticketlab.emulator.database import LabBase
from ticketlab.emulator.records.decision_log import DecisionLog
from ticketlab.shared.clock import SystemClock
from ticketlab.shared.database import install_sqlite
from ticketlab.shared.unavailable import install_unavailable

WRITERS = 4
REFUSALS = 300


def refused(reason="because"):
    trail = Trail(Caller.system(), "incident", "read")
    trail.deny("user", "a rule", reason)
    return trail


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lab.db"


@pytest.fixture
def engine(path):
    made = create_engine(f"sqlite:///{path}")
    install_sqlite(made, durable=False)
    LabBase.metadata.create_all(made)
    yield made
    made.dispose()


def test_processes_that_write_and_trim_at_once_lose_nothing(engine):
    """Trimming reads and then writes, which a transaction that began as a reader could not."""
    logs = [DecisionLog(engine, SystemClock()) for _ in range(WRITERS)]

    def write(log):
        for _ in range(REFUSALS):
            log.write([refused(), refused()])

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, logs))
    assert len(logs[0].latest(10_000)) == WRITERS * REFUSALS * 2


@pytest.mark.sqlite
def test_a_log_that_cannot_be_written_changes_no_answer(engine, path):
    """What was committed stays committed, and a refusal stays the refusal that it is."""
    engine.dispose()
    closed = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    install_unavailable(closed)
    DecisionLog(closed, SystemClock()).write([refused()])
    assert DecisionLog(engine, SystemClock()).latest() == []
    closed.dispose()


def test_the_moment_of_a_decision_is_aware(engine):
    log = DecisionLog(engine, SystemClock())
    log.write([refused()])
    assert log.latest()[0].at.tzinfo is not None


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_no_database_can_keep_is_noted_by_its_escapes(backend, request, tmp_path):
    """A refusal quotes the client: one of a NUL in an address was a 500 in PostgreSQL."""
    with engine_on(backend, request, tmp_path) as engine:
        LabBase.metadata.create_all(engine)
        log = DecisionLog(engine, SystemClock())
        log.write([refused("a\0 and \ud800 are no fields")])
        assert [row.reason for row in log.latest()] == [r"a\u0000 and \ud800 are no fields"]

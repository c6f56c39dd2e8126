"""The clock's setting in an app's database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier

import pytest
from sqlalchemy import create_engine
from ticketlab.shared import lab_state
from ticketlab.shared.clock import ClockSetting
from ticketlab.shared.database import install_sqlite, reading, writing

MANY = 8


@pytest.fixture
def engine(tmp_path):
    made = create_engine(f"sqlite:///{tmp_path / 'lab.db'}")
    install_sqlite(made, durable=False)
    lab_state.metadata.create_all(made)
    yield made
    made.dispose()


def test_leaps_at_the_same_time_add_up(engine):
    """Each reads what the one before it has written, or a test that moves both ends of a pair would lose an hour."""
    barrier = Barrier(MANY)

    def leap(_number):
        barrier.wait()
        with writing(engine) as connection:
            lab_state.change_clock(connection, lambda setting: setting.advance(timedelta(hours=1)))

    with ThreadPoolExecutor(MANY) as pool:
        list(pool.map(leap, range(MANY)))
    with reading(engine) as connection:
        assert lab_state.read_clock(connection).offset == timedelta(hours=MANY)


def test_a_standing_clock_stands_at_the_moment_it_was_given_whatever_its_zone(engine):
    noon = datetime(2020, 10, 5, 12, tzinfo=timezone(timedelta(hours=2)))
    with writing(engine) as connection:
        lab_state.write_clock(connection, ClockSetting(frozen_at=noon))
    with reading(engine) as connection:
        assert lab_state.read_clock(connection).frozen_at == datetime(2020, 10, 5, 10, tzinfo=UTC)


def test_without_a_setting_the_clock_is_the_machines(engine):
    with reading(engine) as connection:
        assert lab_state.read_clock(connection) == ClockSetting()

"""The one row in which an app keeps its clock's setting, so that every process of it sees the same time."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Column, Connection, Float, Integer, MetaData, Table, select

from .clock import ClockSetting
from .column_types import UtcDateTime

metadata = MetaData()

lab_state = Table(
    "lab_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("clock_offset_seconds", Float, nullable=False),
    Column("clock_frozen_at", UtcDateTime),
)


_SETTING = select(lab_state.c.clock_offset_seconds, lab_state.c.clock_frozen_at)


def read_clock(connection: Connection) -> ClockSetting:
    row = connection.execute(_SETTING).first()
    if row is None:
        return ClockSetting()
    return ClockSetting(timedelta(seconds=row.clock_offset_seconds), row.clock_frozen_at)


def write_clock(connection: Connection, setting: ClockSetting) -> None:
    connection.execute(lab_state.delete())
    connection.execute(
        lab_state.insert().values(
            id=1,
            clock_offset_seconds=setting.offset.total_seconds(),
            clock_frozen_at=setting.frozen_at,
        )
    )


def change_clock(connection: Connection, change: Callable[[ClockSetting], ClockSetting]) -> ClockSetting:
    """Write what ``change`` makes of the setting. In a write transaction, or of two leaps at once one would be lost."""
    setting = change(read_clock(connection))
    write_clock(connection, setting)
    return setting

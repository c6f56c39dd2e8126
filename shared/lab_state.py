"""The one row in which an app keeps its clock's setting, so that every process of it sees the same time."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Connection, DateTime, Float, Integer, MetaData, Table, select

from .clock import ClockSetting

metadata = MetaData()

lab_state = Table(
    "lab_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("clock_offset_seconds", Float, nullable=False),
    Column("clock_frozen_at", DateTime),
)


def read_clock(connection: Connection) -> ClockSetting:
    row = connection.execute(select(lab_state.c.clock_offset_seconds, lab_state.c.clock_frozen_at)).first()
    if row is None:
        return ClockSetting()
    frozen_at: datetime | None = row.clock_frozen_at
    return ClockSetting(timedelta(seconds=row.clock_offset_seconds), frozen_at and frozen_at.replace(tzinfo=UTC))


def write_clock(connection: Connection, setting: ClockSetting) -> None:
    connection.execute(lab_state.delete())
    connection.execute(
        lab_state.insert().values(
            id=1,
            clock_offset_seconds=setting.offset.total_seconds(),
            clock_frozen_at=setting.frozen_at and setting.frozen_at.replace(tzinfo=None),
        )
    )

"""The tenant's database: one SQLite file that all its processes share, or PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, MetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session

from ..shared.clock import ClockSetting
from ..shared.column_types import UtcDateTime
from ..shared.database import begin_writing, lacks_table, reading
from ..shared.lab_state import read_clock

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have names, or a migration could not drop them."""


Moment = UtcDateTime
"""The name by which the migrations know it."""


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012 - SQLAlchemy reads it from the class


db = SQLAlchemy(metadata=Base.metadata)


@contextmanager
def reading_session(engine: Engine) -> Iterator[Session]:
    """A short unit of work that only reads, apart from the request's own session."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def writing_session(engine: Engine) -> Iterator[Session]:
    """A short unit of work that writes: committed at the end, rolled back on an error.

    Nothing that waits for somebody else (a call to an instance) belongs inside: the whole database waits with it.
    """
    with Session(engine, expire_on_commit=False) as session, session.begin():
        begin_writing(session)
        yield session


def stored_clock(engine: Engine) -> ClockSetting:
    """How this tenant's clock is set; before the first migration it is the machine's."""
    try:
        with reading(engine) as connection:
            return read_clock(connection)
    except DBAPIError as error:
        if lacks_table(error):
            return ClockSetting()
        raise

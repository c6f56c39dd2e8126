"""Functions of time that differ between databases: a zone's calendar in SQL.

PostgreSQL knows time zones; SQLite does not, so it asks Python for each row.
"""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, DateTime, Engine, Integer, event, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ...shared.calendar import beginning, number_of, plus_months
from ...shared.zones import zone_named

_SECONDS = len("2020-01-31 10:20:30")
_DAY = len("2020-01-31")
_BEFORE_ALL, _AFTER_ALL = "", "~"
"""What sorts before and after every moment that SQLite can hold as text."""
_CYCLE = 400
"""Years after which the calendar repeats, weekdays and all: where a zone leads out of Python's, it is asked there."""


class _OfTime(FunctionElement[Any]):
    """A function of a column, of parameters, and of the name of a unit."""

    inherit_cache = True

    @property
    def parts(self) -> tuple[ColumnElement[Any], ...]:
        return tuple(self.clauses)


class unit_start(_OfTime):  # noqa: N801 - reads as the SQL function it is
    """(column, zone, unit): the beginning of a unit of a zone's calendar, to tell whether two moments share it."""

    inherit_cache = True
    type = DateTime()
    name = "unit_start"


class unit_number(_OfTime):  # noqa: N801 - likewise
    """(column, zone, unit): the number of the unit; see ``number_of``."""

    inherit_cache = True
    type = Integer()
    name = "unit_number"


class moved(_OfTime):  # noqa: N801 - likewise
    """(column, months, seconds): a moment that much later, on the last day of a month that is too short."""

    inherit_cache = True
    type = DateTime()
    name = "moved"


def unit_name(unit: str) -> ColumnElement[str]:
    """A unit's name as a part of the statement: it is one of a few, and never comes from outside."""
    assert unit.isalpha()
    return literal_column(f"'{unit}'")


@compiles(unit_start, "sqlite")
@compiles(unit_number, "sqlite")
@compiles(moved, "sqlite")
def _sqlite(element: _OfTime, compiler: SQLCompiler, **kw: Any) -> str:
    parts = ", ".join(compiler.process(part, **kw) for part in element.parts)
    return f"ticketlab_{element.name}({parts})"


@compiles(unit_start, "postgresql")
def _unit_start(element: unit_start, compiler: SQLCompiler, **kw: Any) -> str:
    return f"date_trunc({compiler.process(element.parts[2], **kw)}, {_local_in_sql(element, compiler, **kw)})"


@compiles(unit_number, "postgresql")
def _unit_number(element: unit_number, compiler: SQLCompiler, **kw: Any) -> str:
    local = _local_in_sql(element, compiler, **kw)
    unit = compiler.process(element.parts[2], **kw).strip("'")
    if unit == "week":
        return f"CAST(floor((extract(doy FROM {local}) + 7 - extract(isodow FROM {local})) / 7) AS INTEGER)"
    if unit == "dayofweek":
        return f"CAST(extract(dow FROM {local}) AS INTEGER) + 1"
    return f"CAST(extract({unit} FROM {local}) AS INTEGER)"


@compiles(moved, "postgresql")
def _moved(element: moved, compiler: SQLCompiler, **kw: Any) -> str:
    column, months, seconds = (compiler.process(part, **kw) for part in element.parts)
    return f"({column} + make_interval(months => {months}, secs => {seconds}))"


def _local_in_sql(element: _OfTime, compiler: SQLCompiler, **kw: Any) -> str:
    column, zone = (compiler.process(part, **kw) for part in element.parts[:2])
    if isinstance(element.parts[0].type, Date):
        return f"CAST({column} AS TIMESTAMP)"
    return f"timezone({zone}, timezone('UTC', {column}))"


def install_functions(engine: Engine) -> None:
    """Teach the connections of an SQLite engine these functions; does nothing for other databases."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _teach(connection: sqlite3.Connection, _record: Any) -> None:
        connection.create_function("ticketlab_unit_start", 3, _start_in_python, deterministic=True)
        connection.create_function("ticketlab_unit_number", 3, _number_in_python, deterministic=True)
        connection.create_function("ticketlab_moved", 3, _moved_in_python, deterministic=True)


def _start_in_python(value: str | None, zone: str, unit: str) -> str | None:
    if value is None:
        return None
    local, years = _local(value, zone)
    return f"{beginning(unit, local).isoformat()}{years or ''}"


def _number_in_python(value: str | None, zone: str, unit: str) -> int | None:
    if value is None:
        return None
    local, years = _local(value, zone)
    number = number_of(unit, local)
    if unit != "year" or not years:
        return number
    return number - years or -1  # before the year 1 comes the year -1, as PostgreSQL has it


def _moved_in_python(value: str | None, months: int, seconds: int) -> str | None:
    if value is None:
        return None
    try:
        later = plus_months(_moment(value), months) + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return _BEFORE_ALL if months < 0 or seconds < 0 else _AFTER_ALL
    if len(value) == _DAY:
        return later.replace(tzinfo=None).isoformat(" ").removesuffix(" 00:00:00")
    return later.replace(tzinfo=None).isoformat(" ", "microseconds")


def _local(value: str, zone: str) -> tuple[datetime, int]:
    """What the zone's clock shows, and how many years too many it shows; a day is a day everywhere."""
    moment = _moment(value)
    if len(value) == _DAY:
        return moment.replace(tzinfo=None), 0
    years = 0
    try:
        local = moment.astimezone(zone_named(zone))
    except OverflowError:
        years = _CYCLE if moment.year == 1 else -_CYCLE
        local = moment.replace(year=moment.year + years).astimezone(zone_named(zone))
    return local.replace(tzinfo=None), years


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value[:_SECONDS]).replace(tzinfo=UTC)

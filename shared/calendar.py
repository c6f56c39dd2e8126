"""Minutes to years as a person's own calendar counts them, in that person's time zone."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from .zones import zone_named

SECOND = timedelta(seconds=1)

FIRST_DAY_OF_WEEK = 0
"""Monday. General knowledge of the platform, unverified: it is a setting of each instance there."""

UNITS = ("minute", "hour", "day", "week", "month", "quarter", "year")
SECONDS: Mapping[str, int] = {"minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
"""The units that always last equally long, in UTC."""
MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Every method takes and gives aware moments. All raise OverflowError or ValueError beyond the years 1 to 9999."""

    zone: tzinfo

    @classmethod
    def of(cls, time_zone: str) -> "Calendar":
        return cls(zone_named(time_zone))

    def start_of(self, unit: str, moment: datetime, ahead: int = 0) -> datetime:
        """When the unit begins that ``moment`` lies in, or one so many units ahead of it."""
        begun = beginning(unit, moment.astimezone(self.zone))
        if unit in {"minute", "hour"}:  # of the two hours that a clock set back shows, the one we are in
            return begun.astimezone(UTC) + timedelta(seconds=SECONDS[unit] * ahead)
        return self._in_utc(_moved(begun.replace(tzinfo=None, fold=0), unit, ahead))

    def end_of(self, unit: str, moment: datetime, ahead: int = 0) -> datetime:
        """The last second of such a unit."""
        return self.start_of(unit, moment, ahead + 1) - SECOND

    def shifted(self, moment: datetime, unit: str, ahead: int) -> datetime:
        """The same time of day so many units ahead; minutes and hours later are later by their length."""
        if unit in {"minute", "hour"}:
            return moment + timedelta(seconds=SECONDS[unit] * ahead)
        return self._in_utc(_moved(moment.astimezone(self.zone).replace(tzinfo=None), unit, ahead))

    def _in_utc(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone).astimezone(UTC)


def beginning(unit: str, local: datetime) -> datetime:
    """When the unit began that a zone's time lies in, on that zone's clock."""
    local = local.replace(second=0, microsecond=0)
    if unit == "minute":
        return local
    local = local.replace(minute=0)
    if unit == "hour":
        return local
    day = local.replace(hour=0)
    if unit == "week":
        return day - timedelta(days=(day.weekday() - FIRST_DAY_OF_WEEK) % 7)
    if unit in MONTHS:
        return day.replace(day=1, month=(day.month - 1) // MONTHS[unit] * MONTHS[unit] + 1)
    return day


def _moved(local: datetime, unit: str, ahead: int) -> datetime:
    if unit in SECONDS:
        return local + timedelta(seconds=SECONDS[unit] * ahead)
    return plus_months(local, MONTHS[unit] * ahead)


def plus_months(moment: datetime, months: int) -> datetime:
    """So many months later, on the last day of the month where there is no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    first = moment.replace(year=year, month=month + 1, day=1)
    return first.replace(day=min(moment.day, monthrange(year, month + 1)[1]))


def number_of(unit: str, local: datetime) -> int:
    """The number of the unit that a zone's time lies in. Sunday is 1; week 1 begins with the year's first Monday."""
    return {
        "hour": local.hour,
        "dayofweek": local.isoweekday() % 7 + 1,
        "week": (local.timetuple().tm_yday + 7 - local.isoweekday()) // 7,
        "month": local.month,
        "quarter": (local.month + 2) // 3,
        "year": local.year,
    }[unit]

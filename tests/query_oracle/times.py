"""The calendar of encoded queries once more, in plain Python: what javascript: values and date operators mean."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
MONTHS = [date(2020, number, 1).strftime("%B").lower() for number in range(1, 13)]


class ImpossibleError(Exception):
    pass


@dataclass(frozen=True)
class Asker:
    """Who asks, when, and where."""

    user: str = ""
    user_name: str = ""
    now: datetime = datetime(2020, 1, 31, 12, tzinfo=UTC)
    zone: str = "UTC"
    groups: tuple[str, ...] = ()

    @property
    def local(self) -> datetime:
        return self.now.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def moment(self, local: datetime) -> datetime:
        return local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def local_of(self, value: date | datetime) -> datetime:
        if isinstance(value, datetime):
            return value.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return datetime.combine(value, time())


def months_later(moment: datetime, months: int) -> datetime:
    count = moment.year * 12 + moment.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def later(moment: datetime, unit: str, count: int) -> datetime:
    if unit in {"month", "quarter", "year"}:
        return months_later(moment, count * {"month": 1, "quarter": 3, "year": 12}[unit])
    return (
        moment
        + count
        * {
            "minute": timedelta(minutes=1),
            "hour": timedelta(hours=1),
            "day": timedelta(days=1),
            "week": timedelta(weeks=1),
        }[unit]
    )


def first(unit: str, local: datetime) -> datetime:
    """Walk back to where the unit began."""
    if unit == "minute":
        return local.replace(second=0, microsecond=0)
    if unit == "hour":
        return local.replace(minute=0, second=0, microsecond=0)
    day = datetime.combine(local.date(), time())
    begins: dict[str, Callable[[datetime], bool]] = {
        "day": lambda _each: True,
        "week": lambda each: each.weekday() == 0,
        "month": lambda each: each.day == 1,
        "quarter": lambda each: each.day == 1 and each.month in {1, 4, 7, 10},
        "year": lambda each: each.day == 1 and each.month == 1,
    }
    while not begins[unit](day):
        day -= timedelta(days=1)
    return day


def span(asker: Asker, unit: str, ahead: int) -> tuple[datetime, datetime]:
    """The first and last second of the unit so many units ahead."""
    begins = first(unit, asker.local)
    if unit in {"minute", "hour"}:
        start = later(asker.moment(begins), unit, ahead)
        return start, later(start, unit, 1) - timedelta(seconds=1)
    return asker.moment(later(begins, unit, ahead)), asker.moment(later(begins, unit, ahead + 1)) - timedelta(seconds=1)


def call(text: str, asker: Asker) -> datetime | date | str | None:
    """What a javascript: value stands for; None for text that is none of the calls. Raises ImpossibleError."""
    try:
        return _call(text.removeprefix("javascript:").strip().removesuffix(";").strip(), asker)
    except (OverflowError, ValueError):
        raise ImpossibleError from None


def _call(text: str, asker: Asker) -> datetime | date | str | None:
    plain = {
        "gs.getUserID()": asker.user,
        "gs.userID()": asker.user,
        "gs.getUser().getID()": asker.user,
        "gs.getUserName()": asker.user_name,
        "gs.getUser().getName()": asker.user_name,
        "gs.getUser().getMyGroups()": ",".join(asker.groups),
        "getMyGroups()": ",".join(asker.groups),
        "gs.now()": asker.local.date(),
        "gs.nowDateTime()": asker.now,
        "gs.nowNoTZ()": asker.now,
        "gs.yesterday()": asker.now - timedelta(days=1),
        "gs.lastWeek()": asker.moment(asker.local - timedelta(days=7)),
    }
    if text in plain:
        if plain[text] == "":
            raise ImpossibleError
        return plain[text]
    ago = re.fullmatch(r"gs\.(minute|hour|day|week|month|quarter|year)sAgo(Start|End)?\((-?\d+)\)", text)
    if ago:
        if ago[2]:
            return span(asker, ago[1], -int(ago[3]))[ago[2] == "End"]
        if ago[1] in {"minute", "hour"}:
            return later(asker.now, ago[1], -int(ago[3]))
        return asker.moment(later(asker.local, ago[1], -int(ago[3])))
    edge = re.fullmatch(r"gs\.(beginning|end)Of(\w+)\(\)", text)
    if edge:
        return _edge(asker, edge[2], edge[1] == "end")
    day = re.fullmatch(r"gs\.dateGenerate\('([^']*)',\s*'([^']*)'\)", text)
    if day:
        clock = {"start": "00:00:00", "end": "23:59:59"}.get(day[2], day[2])
        return asker.moment(datetime.strptime(f"{day[1]} {clock}", "%Y-%m-%d %H:%M:%S"))
    return None


def _edge(asker: Asker, name: str, at_end: bool) -> datetime | None:
    if name in {"Yesterday", "Today", "Tomorrow"}:
        return span(asker, "day", ["Yesterday", "Today", "Tomorrow"].index(name) - 1)[at_end]
    if name == "OneYearAgo":
        day = datetime.combine(months_later(asker.local, -12).date(), time())
        return asker.moment(day + timedelta(days=1)) - timedelta(seconds=1) if at_end else asker.moment(day)
    match = re.fullmatch(r"(This|Current|Last|Next)(\d*)(Minute|Hour|Day|Week|Month|Quarter|Year)s?", name)
    if match is None or (match[1] in {"This", "Current"} and match[2]):
        return None
    unit, count = match[3].lower(), int(match[2] or 1)
    ahead = {"This": 0, "Current": 0, "Last": -count, "Next": count}[match[1]]
    if match[2] and (match[1] == "Last") == at_end:
        ahead = 0
    return span(asker, unit, ahead)[at_end]


def part(unit: str, local: datetime) -> int:
    return {
        "hour": local.hour,
        "dayofweek": int(local.strftime("%w")) + 1,
        "week": int(local.strftime("%W")),
        "month": local.month,
        "quarter": {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 2, 7: 3, 8: 3, 9: 3, 10: 4, 11: 4, 12: 4}[local.month],
        "year": local.year,
    }[unit]


def part_number(unit: str, name: str) -> int:
    name = name.lower()
    names = {"dayofweek": WEEKDAYS, "month": MONTHS}.get(unit, [])
    if len(name) > 2 and any(each.startswith(name) for each in names):
        return next(number for number, each in enumerate(names, 1) if each.startswith(name))
    last = {"hour": 23, "week": 53, "quarter": 4, "year": 9999}.get(unit, -1)
    if not name.isascii() or not name.isdigit() or len(name) > 4 or int(name) > last:
        raise ImpossibleError
    return int(name)

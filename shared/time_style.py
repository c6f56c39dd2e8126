"""How one user reads and writes times: the zone, and Java's patterns for dates and for times of day."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache

from .zones import zone_named

DATE_FORMAT, TIME_FORMAT = "yyyy-MM-dd", "HH:mm:ss"
"""The platform's own, in which values are stored as well."""

_DIRECTIVES = {
    "yyyy": ("{0.year:04d}", "(?P<year>[0-9]{4})"),
    "yy": ("{0:%y}", "(?P<short_year>[0-9]{2})"),
    "MMMM": ("{0:%B}", "(?P<month_name>[A-Za-z]+)"),
    "MMM": ("{0:%b}", "(?P<month_name>[A-Za-z]+)"),
    "MM": ("{0.month:02d}", "(?P<month>[0-9]{1,2})"),
    "M": ("{0.month}", "(?P<month>[0-9]{1,2})"),
    "dd": ("{0.day:02d}", "(?P<day>[0-9]{1,2})"),
    "d": ("{0.day}", "(?P<day>[0-9]{1,2})"),
    "HH": ("{0.hour:02d}", "(?P<hour>[0-9]{1,2})"),
    "H": ("{0.hour}", "(?P<hour>[0-9]{1,2})"),
    "hh": ("{0:%I}", "(?P<half_hour>[0-9]{1,2})"),
    "h": ("{1}", "(?P<half_hour>[0-9]{1,2})"),
    "mm": ("{0.minute:02d}", "(?P<minute>[0-9]{1,2})"),
    "m": ("{0.minute}", "(?P<minute>[0-9]{1,2})"),
    "ss": ("{0.second:02d}", "(?P<second>[0-9]{1,2})"),
    "s": ("{0.second}", "(?P<second>[0-9]{1,2})"),
    "a": ("{0:%p}", "(?P<half>[AaPp][Mm])"),
}
"""How each of a pattern's letters is written and read."""
_OF_DATES, _OF_TIMES = frozenset("yMd"), frozenset("Hhmsa")
"""The letters of either kind of pattern: a date and a time are read together, and each part once."""
_PIECE = re.compile(r"(?P<letters>([A-Za-z])\2*)|'(?P<quoted>[^']*)'|(?P<other>[^A-Za-z'])")
_MONTHS = {f"{date(2000, number, 1):%b}".lower(): number for number in range(1, 13)}
CENTURY = 2000
_FOR_PEOPLE = str.maketrans("ydH", "YDh")


@dataclass(frozen=True, slots=True)
class TimeStyle:
    """A zone and two formats. A format that nobody can write is the platform's own, as an unknown zone is UTC (G)."""

    zone: str = "UTC"
    date_format: str = DATE_FORMAT
    time_format: str = TIME_FORMAT

    @property
    def date_hint(self) -> str:
        """``DD/MM/YYYY``: what to type, for people."""
        return (self.date_format if _compiled(self.date_format, _OF_DATES) else DATE_FORMAT).translate(_FOR_PEOPLE)

    @property
    def moment_hint(self) -> str:
        times = self.time_format if _compiled(self.time_format, _OF_TIMES) else TIME_FORMAT
        return f"{self.date_hint} {times.translate(_FOR_PEOPLE)}"

    def shown(self, moment: datetime) -> str:
        """The moment as this user reads it; at either end of time, where the zone leads beyond it, in UTC."""
        local = _local(moment, self.zone)
        if self.date_format == DATE_FORMAT and self.time_format == TIME_FORMAT:  # as nearly everybody has it
            return local.replace(tzinfo=None).isoformat(" ", "seconds")
        return f"{_write(_date_pattern(self.date_format), local)} {_write(_time_pattern(self.time_format), local)}"

    def shown_date(self, day: date) -> str:
        return _write(_date_pattern(self.date_format), datetime(day.year, day.month, day.day, tzinfo=UTC))

    def read(self, text: str) -> datetime:
        """What the user means; a bare date is its midnight. The platform's own format is understood, too (ours).

        Raises ValueError, or OverflowError at either end of time.
        """
        return _read(self, text, zone_named(self.zone)).astimezone(UTC)

    def read_date(self, text: str) -> date:
        """Raises ValueError."""
        return _read(self, text, UTC).date()


IN_UTC = TimeStyle()


@dataclass(frozen=True, slots=True)
class _Pattern:
    template: str
    """Writes a moment, for ``format``; its second argument is the hour of twelve."""
    reader: str
    """The regular expression of what it writes."""


def _local(moment: datetime, zone: str) -> datetime:
    try:
        return moment.astimezone(zone_named(zone))
    except OverflowError:
        return moment.astimezone(UTC)


def _write(pattern: _Pattern, moment: datetime) -> str:
    return pattern.template.format(moment, (moment.hour - 1) % 12 + 1)


def _read(style: TimeStyle, text: str, zone: tzinfo) -> datetime:
    for days, times in ((style.date_format, style.time_format), (DATE_FORMAT, TIME_FORMAT)):
        day, time = _date_pattern(days), _time_pattern(times)
        found = re.fullmatch(f"{day.reader}(?: {time.reader})?", text.strip())
        if found:
            return _moment(found.groupdict(), zone)
    raise ValueError("the text is not a date")


def _moment(parts: Mapping[str, str | None], zone: tzinfo) -> datetime:
    year, short = parts.get("year"), parts.get("short_year")
    name = parts.get("month_name")
    month = _MONTHS.get(name[:3].lower(), 0) if name else int(parts.get("month") or 1)
    return datetime(
        int(year) if year else CENTURY + int(short or 0),
        month,
        int(parts.get("day") or 1),
        _hour(parts),
        int(parts.get("minute") or 0),
        int(parts.get("second") or 0),
        tzinfo=zone,
    )


def _hour(parts: Mapping[str, str | None]) -> int:
    half_hour, half = parts.get("half_hour"), parts.get("half")
    if half_hour is None:
        return int(parts.get("hour") or 0)
    if half is None:
        return int(half_hour)
    if not 1 <= int(half_hour) <= 12:
        raise ValueError("an hour before or after noon is one of twelve")
    return int(half_hour) % 12 + (12 if half.lower() == "pm" else 0)


def _date_pattern(pattern: str) -> _Pattern:
    found = _compiled(pattern, _OF_DATES) or _compiled(DATE_FORMAT, _OF_DATES)
    assert found is not None
    return found


def _time_pattern(pattern: str) -> _Pattern:
    found = _compiled(pattern, _OF_TIMES) or _compiled(TIME_FORMAT, _OF_TIMES)
    assert found is not None
    return found


@lru_cache(maxsize=64)
def _compiled(pattern: str, allowed: frozenset[str]) -> _Pattern | None:
    """None for a pattern that makes no sense, or has other letters than the allowed ones."""
    template, reader, end = "", "", 0
    seen: set[str] = set()
    for piece in _PIECE.finditer(pattern):
        if piece.start() != end:
            return None
        end = piece.end()
        letters = piece["letters"]
        if letters is None:
            literal = piece["other"] if piece["other"] is not None else piece["quoted"] or "'"
            template += literal.replace("{", "{{").replace("}", "}}")
            reader += re.escape(literal)
            continue
        if letters not in _DIRECTIVES or letters[0] not in allowed or letters[0] in seen:
            return None
        seen.add(letters[0])
        written, read = _DIRECTIVES[letters]
        template, reader = template + written, reader + read
    return _Pattern(template, reader) if seen and end == len(pattern) else None

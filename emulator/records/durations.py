"""Durations: held as seconds, written as a moment that long after 1970 began, shown in words (rest 3, D)."""

import re
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST = 2**31 - 1
"""Seconds; about 68 years."""

UNITS = (("Day", 86_400), ("Hour", 3600), ("Minute", 60), ("Second", 1))

_CLOCK = re.compile(
    r"(?:(?P<days>[0-9]{1,5})[ ])?(?P<hours>[0-9]{1,7}):(?P<minutes>[0-5]?[0-9]):(?P<seconds>[0-5]?[0-9])"
)
_PART = re.compile(r"([0-9]{1,10}) (day|hour|minute|second)s?", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,10}")


def raw_duration(seconds: int) -> str:
    """``1970-01-01 00:02:17`` for 137 seconds."""
    return (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")


def shown_duration(seconds: int) -> str:
    """``2 Minutes`` for 137 seconds: seconds show only where there is nothing longer (G)."""
    parts: list[str] = []
    for name, length in UNITS:
        count, seconds = divmod(seconds, length)
        if count and not (name == "Second" and parts):
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts) or "0 Seconds"


def read_duration(text: str) -> int:
    """Seconds of the wire's form, of ``[days ]hh:mm:ss``, of the words it is shown in, or of a plain number.

    Raises ValueError.
    """
    seconds = _seconds(text.strip())
    if not 0 <= seconds <= LONGEST:
        raise ValueError("a duration this long fits no field")
    return seconds


def _seconds(text: str) -> int:
    if _SECONDS.fullmatch(text):
        return int(text)
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        hours = int(clock["days"] or 0) * 24 + int(clock["hours"])
        return hours * 3600 + int(clock["minutes"]) * 60 + int(clock["seconds"])
    words = _PART.findall(text)
    if words and _PART.sub("", text).strip() == "":
        lengths = {name.lower(): length for name, length in UNITS}
        return sum(int(count) * lengths[name.lower()] for count, name in words)
    moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return int((moment - EPOCH).total_seconds())

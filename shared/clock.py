"""Time as a value that is asked for, so that a test or the lab can set it."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from .errors import BadInput


class Clock(Protocol):
    """Whoever needs the time takes a clock; nothing calls ``datetime.now`` itself."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ClockSetting:
    """How an app's clock differs from the machine's: shifted, or standing still at one moment."""

    offset: timedelta = timedelta(0)
    frozen_at: datetime | None = None

    def at(self, real: datetime) -> datetime:
        return self.frozen_at if self.frozen_at is not None else real + self.offset

    def advance(self, by: timedelta) -> "ClockSetting":
        """Move the clock by ``by``, whether it runs or stands still."""
        if self.frozen_at is not None:
            return replace(self, frozen_at=self.frozen_at + by)
        return replace(self, offset=self.offset + by)

    def set_to(self, moment: datetime, real: datetime) -> "ClockSetting":
        """Make it ``moment`` now; a standing clock stands there, a running one runs on from there."""
        if self.frozen_at is not None:
            return replace(self, frozen_at=moment)
        return ClockSetting(offset=moment - real)

    def freeze(self, real: datetime) -> "ClockSetting":
        return replace(self, frozen_at=self.at(real))

    def run(self, real: datetime) -> "ClockSetting":
        """Let a standing clock run on from the moment it shows."""
        return ClockSetting(offset=self.at(real) - real)


_NEVER = (ClockSetting(), -math.inf)


class LabClock:
    """The machine's time seen through a setting that is read afresh, so every process of an app agrees."""

    def __init__(self, read: Callable[[], ClockSetting], real: Clock | None = None) -> None:
        self._read = read
        self._real = real or SystemClock()
        self._seen = _NEVER

    def now(self) -> datetime:
        setting = self._read()
        self.learn(setting)
        return setting.at(self._real.now())

    def learn(self, setting: ClockSetting) -> None:
        """The setting is this one just now."""
        self._seen = setting, time.monotonic()

    def forget(self) -> None:
        """The setting has been put back: read it afresh."""
        self._seen = _NEVER

    def about_now(self, seconds: float) -> datetime:
        """The time by a setting that may have been read up to so many seconds ago; costs nothing most of the time."""
        setting, seen_at = self._seen
        if time.monotonic() - seen_at > seconds:
            return self.now()
        return setting.at(self._real.now())

    def last_known(self) -> datetime:
        """The time by the setting that was read last: for an answer that says that nothing can be read."""
        setting, _seen_at = self._seen
        return setting.at(self._real.now())


LONGEST_LEAP = timedelta(days=366 * 50)
FORM = "Write an ISO 8601 date and time with its zone, as 2020-09-01T12:00:00Z or 2020-09-01T14:00+02:00."


def parse_moment(text: str) -> datetime:
    """Read an ISO 8601 moment that names its zone.

    Raises BadInput for anything else, and for moments so far away that arithmetic on them would overflow.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is not a date and time", FORM) from error
    if moment.tzinfo is None:
        raise BadInput(f"{text!r} has no time zone", FORM)
    if abs(moment - SystemClock().now()) > LONGEST_LEAP:
        raise BadInput("Too far away", "The clock can be set at most 50 years from today.")
    return moment.astimezone(UTC)

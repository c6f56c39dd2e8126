"""A clock that stands where a test puts it."""

from datetime import UTC, datetime, timedelta


class SetClock:
    """Give it to ``make_instance(real_clock=…)``."""

    def __init__(self, moment: datetime | None = None) -> None:
        self.moment = moment or datetime.now(UTC).replace(microsecond=0)

    def now(self) -> datetime:
        return self.moment

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)

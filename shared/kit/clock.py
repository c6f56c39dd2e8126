"""The clocks of a world, moved together."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from ..clients.target import Lab


class WorldClock:
    """``clock.advance(minutes=31)``: both apps of the world see the new time with their next request."""

    def __init__(self, labs: Callable[[], Sequence[Lab]]) -> None:
        self._labs = labs

    def now(self) -> datetime:
        """The instance's time, in UTC."""
        return datetime.fromisoformat(str(self._labs()[0].get("clock")["now"]))

    def advance(self, by: timedelta = timedelta(), /, **units: float) -> None:
        """Move on by a ``timedelta``, or by its own words: ``days``, ``hours``, ``minutes``, ``seconds``."""
        self._change({"advance": (by + timedelta(**units)).total_seconds()})

    def set(self, moment: datetime | str) -> None:
        """Set it to a moment that names its zone: ``2020-10-01T12:00:00Z``. Raises RefusedByLab for anything else."""
        self._change({"set": moment if isinstance(moment, str) else moment.isoformat()})

    def freeze(self) -> None:
        """Stand still."""
        self._change({"freeze": True})

    def run(self) -> None:
        """Go on from the moment shown."""
        self._change({"run": True})

    def _change(self, body: dict[str, Any]) -> None:
        for lab in self._labs():
            lab.post("clock", body)

"""Logs: JSON lines in a file, a readable line in the terminal, no secret in either.

structlog is imported when the first event is logged: that takes a tenth of a start's time, and most starts have
nothing to say.
"""

import atexit
import logging
import sys
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from .log_lines import TwoPlaces


@dataclass
class _Logs:
    """Where this process logs to, and what is open for it."""

    path: Path | None = None
    terminal: TextIO | None = None
    places: "TwoPlaces | None" = None
    open_now: bool = False
    lock: Lock = field(default_factory=Lock)

    def configure(self, path: Path | None, terminal: TextIO | None) -> None:
        self.close()
        self.path, self.terminal, self.open_now = path, terminal, True

    def logger(self) -> "FilteringBoundLogger":
        from . import log_lines

        with self.lock:
            self._open(log_lines)
        return log_lines.logger()

    def _open(self, log_lines: ModuleType) -> None:
        if self.places is None and self.open_now:
            file = self.path.open("a", encoding="utf-8") if self.path is not None else None
            self.places = log_lines.TwoPlaces(file, self.terminal)
            log_lines.write_to(self.places)
        elif self.places is None:
            log_lines.write_nowhere()

    def close(self) -> None:
        if self.places is not None:
            self.places.close()
        self.places, self.open_now = None, False


_logs = _Logs()


def configure_logs(folder: Path | None, name: str, *, terminal: bool = True) -> None:
    """Send structured events to ``folder/NAME.jsonl`` and, for people, to standard error.

    Authlib logs whole token bodies at DEBUG, so its logger stays at INFO whatever else is asked for.
    """
    logging.getLogger("authlib").setLevel(logging.INFO)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    _logs.configure(folder and folder / f"{name}.jsonl", sys.stderr if terminal else None)


@atexit.register
def close_logs() -> None:
    """Close the log file; what is logged after it goes nowhere."""
    _logs.close()


def log() -> "FilteringBoundLogger":
    """The logger to use: ``log().info("ticket.sent", ticket=…, number=…)``."""
    return _logs.logger()

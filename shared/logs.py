"""Logs: JSON lines in a file, a readable line in the terminal, no secret in either. Each app has its own.

structlog is imported when the first event is logged: that takes a tenth of a start's time, and most starts have
nothing to say.
"""

import logging
import sys
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger


@dataclass(frozen=True, eq=False)
class Logs:
    """Where one app logs to."""

    path: Path | None = None
    terminal: TextIO | None = None


_current: ContextVar[Logs] = ContextVar("logs", default=Logs())  # noqa: B039 - it never changes


def configure_logs(folder: Path | None, name: str, *, terminal: bool = True) -> Logs:
    """Where an app's structured events go: ``folder/NAME.jsonl`` and, for people, standard error.

    They go there for the rest of this thread's context, and wherever ``use_logs`` is called with what is returned.
    Authlib logs whole token bodies at DEBUG, so its logger stays at INFO whatever else is asked for.
    """
    logging.getLogger("authlib").setLevel(logging.INFO)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    logs = Logs(folder and folder / f"{name}.jsonl", sys.stderr if terminal else None)
    use_logs(logs)
    return logs


def use_logs(logs: Logs) -> None:
    """Let what this thread does from now on be logged there: a request or a worker says whose it is."""
    _current.set(logs)


def current_logs() -> Logs:
    return _current.get()


def log() -> "FilteringBoundLogger":
    """The logger to use: ``log().info("ticket.sent", ticket=…, number=…)``."""
    from . import log_lines

    return log_lines.logger()

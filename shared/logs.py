"""Logs: JSON lines in a file, a readable line in the terminal, no secret in either. Each app has its own.

structlog is imported when the first event is logged: that takes a tenth of a start's time, and most starts have
nothing to say.
"""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .log_context import Logs, use_logs

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger


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


def log() -> "FilteringBoundLogger":
    """The logger to use: ``log().info("ticket.sent", ticket=…, number=…)``."""
    from . import log_lines

    return log_lines.logger()

"""What surrounds a log event: where its app logs to, and which request or round it belongs to.

structlog has the same in ``contextvars``, but importing it costs a tenth of a start's time (logs.py).
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True, eq=False)
class Logs:
    """Where one app logs to."""

    path: Path | None = None
    terminal: TextIO | None = None


_logs: ContextVar[Logs] = ContextVar("logs", default=Logs())  # noqa: B039 - it never changes
_about: ContextVar[Mapping[str, str]] = ContextVar("log_context", default={})  # noqa: B039 - never changed in place


def use_logs(logs: Logs) -> None:
    """Let what this thread does from now on be logged there: a request or a worker says whose it is."""
    _logs.set(logs)


def current_logs() -> Logs:
    return _logs.get()


def about() -> Mapping[str, str]:
    """What is told of the request at hand; nothing outside of one."""
    return _about.get()


def begin(**values: str) -> None:
    """A new request or round begins: what was told of the last one of this thread is forgotten."""
    _about.set({name: value for name, value in values.items() if value})


def add(**values: str) -> None:
    _about.set({**_about.get(), **values})

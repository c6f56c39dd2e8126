"""Logs: JSON lines in a file, a readable line in the terminal, no secret in either."""

import atexit
import logging
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

MASK = "**********"
SECRET_WORDS = ("token", "secret", "password", "code", "assertion", "authorization", "cookie", "key", "verifier")


def _mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    for name in event:
        if name not in {"status_code", "exit_code"} and any(word in name.lower() for word in SECRET_WORDS):
            event[name] = MASK
    return event


def _terminal_line(event: Mapping[str, Any]) -> str:
    rest = " ".join(f"{name}={value!r}" for name, value in event.items() if name not in {"event", "timestamp", "level"})
    moment = str(event.get("timestamp", ""))[11:19]
    return f"{moment} {event.get('level', 'info'):<7} {event.get('event', '')!s} {rest}".rstrip()


class _TwoPlaces:
    """Writes an event to the log file as JSON and to the terminal for people."""

    def __init__(self, file: TextIO | None, terminal: TextIO | None) -> None:
        self._file = file
        self._terminal = terminal
        self._as_json = structlog.processors.JSONRenderer()

    def __call__(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
        line = str(self._as_json(logger, method, dict(event)))
        if self._file is not None:
            self._file.write(line + "\n")
            self._file.flush()
        if self._terminal is not None and event.get("level") != "debug":
            print(_terminal_line(event), file=self._terminal, flush=True)
        raise structlog.DropEvent

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


_places: list[_TwoPlaces] = []


def configure_logs(folder: Path | None, name: str, *, terminal: bool = True) -> None:
    """Send structured events to ``folder/NAME.jsonl`` and, for people, to standard error.

    Authlib logs whole token bodies at DEBUG, so its logger stays at INFO whatever else is asked for.
    """
    logging.getLogger("authlib").setLevel(logging.INFO)
    file = None
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / f"{name}.jsonl").open("a", encoding="utf-8")
    close_logs()
    _places.append(_TwoPlaces(file, sys.stderr if terminal else None))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask,
            _places[0],
        ],
        cache_logger_on_first_use=False,
    )


@atexit.register
def close_logs() -> None:
    """Close the log file; what is logged after it goes nowhere."""
    while _places:
        _places.pop().close()
    structlog.configure(processors=[_drop])


def _drop(_logger: Any, _method: str, _event: MutableMapping[str, Any]) -> str:
    raise structlog.DropEvent


def log() -> structlog.typing.FilteringBoundLogger:
    """The logger to use: ``log().info("ticket.sent", ticket=…, number=…)``."""
    return structlog.get_logger()  # type: ignore[no-any-return]

"""How a log event is written: as JSON to a file, as a line for people to the terminal, its secrets masked."""

from collections.abc import Mapping, MutableMapping
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


class TwoPlaces:
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


def write_to(places: TwoPlaces) -> None:
    """Let every event end in these places."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask,
            places,
        ],
        cache_logger_on_first_use=False,
    )


def write_nowhere() -> None:
    structlog.configure(processors=[_drop])


def _drop(_logger: Any, _method: str, _event: MutableMapping[str, Any]) -> str:
    raise structlog.DropEvent


def logger() -> structlog.typing.FilteringBoundLogger:
    return structlog.get_logger()  # type: ignore[no-any-return]

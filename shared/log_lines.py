"""How a log event is written: as JSON to a file, as a line for people to the terminal, its secrets masked."""

from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any

import structlog

from .log_context import about, current_logs

MASK = "**********"
SECRET_WORDS = ("token", "secret", "password", "code", "assertion", "authorization", "cookie", "key", "verifier")

_as_json = structlog.processors.JSONRenderer()


def _with_context(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    for name, value in about().items():
        event.setdefault(name, value)
    return event


def _mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    for name in event:
        if name not in {"status_code", "exit_code"} and any(word in name.lower() for word in SECRET_WORDS):
            event[name] = MASK
    return event


def _terminal_line(event: Mapping[str, Any]) -> str:
    said = {name: value for name, value in event.items() if name not in {"event", "timestamp", "level"}}
    rest = " ".join(f"{name}={_readable(value)}" for name, value in said.items())
    moment = str(event.get("timestamp", ""))[11:19]
    return f"{moment} {event.get('level', 'info'):<7} {event.get('event', '')!s} {rest}".rstrip()


def _readable(value: object) -> str:
    """In quotes; a member of an enumeration of texts is its text."""
    return repr(str(value)) if isinstance(value, str) else repr(value)


def _write(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    """To both places of the app at hand. The file is opened for each line: lines are few, apps in a test many.

    Several processes append to it, each line in one write. A full disk costs the line, not the request.
    """
    logs = current_logs()
    if logs.path is not None:
        line = str(_as_json(logger, method, dict(event)))
        with suppress(OSError), logs.path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    if logs.terminal is not None and event.get("level") != "debug":
        logs.terminal.write(f"{_terminal_line(event)}\n")
        logs.terminal.flush()
    raise structlog.DropEvent


structlog.configure(
    processors=[
        _with_context,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask,
        _write,
    ],
    cache_logger_on_first_use=False,
)


def logger() -> structlog.typing.FilteringBoundLogger:
    return structlog.get_logger()  # type: ignore[no-any-return]

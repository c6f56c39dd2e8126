"""What every log line of one request or round tells beside its event: which request it belongs to, and from where.

structlog has the same in ``contextvars``, but importing it costs a tenth of a start's time (logs.py).
"""

from collections.abc import Mapping
from contextvars import ContextVar

_about: ContextVar[Mapping[str, str]] = ContextVar("log_context", default={})  # noqa: B039 - never changed in place


def about() -> Mapping[str, str]:
    """What is told of the request at hand; nothing outside of one."""
    return _about.get()


def begin(**values: str) -> None:
    """A new request or round begins: what was told of the last one of this thread is forgotten."""
    _about.set({name: value for name, value in values.items() if value})


def add(**values: str) -> None:
    _about.set({**_about.get(), **values})

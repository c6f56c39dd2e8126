"""Repeated slashes in the address of an API, as clients make them that end an address with one and begin the next so.

An instance passes over them, and its links repeat them: recorded answers to ``/api/now//table/sys_user`` and to
``//api/now/table/incident`` link to ``/api/now//table/sys_user_group/global`` and to ``//api/now/table/sys_user/…``.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import request

AS_SENT = "ticketlab.path_as_sent"
"""Key in the environment of a path that had repeated slashes."""

_REPEATED = re.compile("//+")
_OF_AN_API = re.compile("/*api/")


class PassesOverSlashes:
    """Lets the rest of the app see the plain path, so that a guard of an address guards it however it is written."""

    def __init__(self, wsgi_app: Callable[..., Iterable[bytes]]) -> None:
        self._wsgi_app = wsgi_app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if "//" in path and _OF_AN_API.match(path):
            environ |= {"PATH_INFO": _REPEATED.sub("/", path), AS_SENT: path}
        return self._wsgi_app(environ, start_response)


def as_sent(path: str) -> str:
    """The request's path, or a beginning of it, with the slashes that it came with."""
    sent = request.environ.get(AS_SENT)
    if sent is None:
        return path
    written = "".join(f"/+{re.escape(part)}" for part in path.encode().decode("latin-1").split("/")[1:])
    found = re.match(f"{written}(/+(?=/))?", sent)
    return found[0].encode("latin-1").decode() if found else path

"""A server in debug mode shows its inside to whoever makes it fail."""

from flask import Flask

from ..errors import RefusedToStart
from ..listening import is_loopback


def refuse_debugging(app: Flask, host: str) -> None:
    """Raise RefusedToStart when Flask was told to debug (``FLASK_DEBUG``) and others can reach this app."""
    if app.debug and not is_loopback(host):
        raise RefusedToStart(
            f"Listening on {host} with FLASK_DEBUG set",
            "Strangers would see stack traces and source code. Unset FLASK_DEBUG, or listen on 127.0.0.1.",
        )

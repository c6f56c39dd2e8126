"""Both apps for any WSGI server: ``wsgi:emulator`` and ``wsgi:connector``, their settings from ``TICKETLAB_*``.

An app is made when it is first asked for, so that a server for one of them does not start the other.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    emulator: Flask
    connector: Flask


def __getattr__(name: str) -> Any:
    if name == "emulator":
        from ticketlab.emulator.wsgi import app
    elif name == "connector":
        from ticketlab.connector.wsgi import app
    else:
        raise AttributeError(name)
    return app

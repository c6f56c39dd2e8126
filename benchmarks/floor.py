"""The floor under the two apps' start: bare Flask apps that import the same libraries, under the same server.

``python benchmarks/floor.py emulator|connector PORT`` serves one as the product's own is served. What the product
takes beyond this is its own code, its database and its command.
"""

import gc
import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bare_server import serve

BOTH = (
    "flask",
    "flask_sqlalchemy",
    "sqlalchemy.orm",
    "marshmallow",
    "environs",
    "structlog",
    "argon2",
    "cryptography.hazmat.primitives.ciphers.aead",
)
LIBRARIES: Mapping[str, Sequence[str]] = {
    "emulator": (*BOTH, "authlib.oauth2.rfc6749", "authlib.integrations.flask_oauth2", "joserfc.jwt", "defusedxml"),
    "connector": (*BOTH, "flask_babel", "flask_wtf", "joserfc.jwt", "requests", "urllib3"),
}
"""What each app is written with; Alembic, which neither needs at a start with data, is left out."""


def bare_app(libraries: Sequence[str]) -> Callable[..., Any]:
    """An app with one view, made once everything is imported. As in the product, garbage is not looked for."""
    gc.disable()
    for name in libraries:
        importlib.import_module(name)
    app = importlib.import_module("flask").Flask("floor")
    app.add_url_rule("/lab/health", view_func=lambda: {"database": "none"})
    gc.freeze()
    gc.enable()
    found: Callable[..., Any] = app
    return found


def main() -> None:
    name, port = sys.argv[1:]
    serve(int(port), lambda: bare_app(LIBRARIES[name]))


if __name__ == "__main__":
    main()

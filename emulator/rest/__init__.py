"""The REST APIs: parse, ask the gate, render."""

from flask import Flask

from .frame import install_frame, platform_headers
from .table_api import table_api

__all__ = ["install", "platform_headers"]


def install(app: Flask) -> None:
    """Put every REST API on the app."""
    install_frame(app)
    app.register_blueprint(table_api)

"""The Microsoft 365 Security & Compliance connector, a scoped app: checklist, connection status, its own REST API."""

from flask import Flask

from . import api, views
from .manifest import MENU

__all__ = ["MENU", "install"]


def install(app: Flask) -> None:
    app.register_blueprint(views.blueprint)
    app.register_blueprint(api.blueprint)

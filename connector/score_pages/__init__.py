"""Secure Score's pages: the overview, the improvement actions with their tickets, and the ways to share one."""

from flask import Flask

__all__ = ["install"]


def install(app: Flask) -> None:
    from .views import blueprint

    app.register_blueprint(blueprint)

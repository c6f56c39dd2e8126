"""The home page of the security center and its cards."""

from flask import Flask

__all__ = ["install"]


def install(app: Flask) -> None:
    from .views import blueprint

    app.register_blueprint(blueprint)

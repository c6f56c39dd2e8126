"""The store: apps that can be installed on this instance, and what release the instance is of."""

from flask import Flask

from . import stats, views


def install(app: Flask) -> None:
    """Register the store and the statistics page. ``Installer`` and ``HiService`` are provided by create_app."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(stats.blueprint)

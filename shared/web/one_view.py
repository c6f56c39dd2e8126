"""Lets each request of an app read its databases in one view (shared/view.py)."""

from flask import Flask, request

from ..view import close_views, open_views
from .lab import LAB_PATH


def install_one_view(app: Flask) -> None:
    """To be installed before everything that reads. The lab does without: it puts whole databases back."""

    @app.before_request
    def _open() -> None:
        if not request.path.startswith(LAB_PATH):
            open_views()

    @app.teardown_request
    def _close(_error: BaseException | None) -> None:
        close_views()

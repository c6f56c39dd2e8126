"""Lets each request of an app read its databases in one view (shared/view.py)."""

from flask import Flask

from ..view import close_views, open_views
from .at_hand import request_at_hand
from .lab_path import is_for_lab


def install_one_view(app: Flask) -> None:
    """To be installed before everything that reads. The lab does without: it puts whole databases back."""

    @app.before_request
    def _open() -> None:
        if not is_for_lab(request_at_hand()):
            open_views()

    @app.teardown_request
    def _close(_error: BaseException | None) -> None:
        close_views()

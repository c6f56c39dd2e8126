"""The ``Date`` header, by the app's own clock: a client sees the time that the lab has set."""

from datetime import datetime
from functools import lru_cache

from flask import Flask, Response
from werkzeug.http import http_date

from ..clock import LabClock
from ..unavailable import DatabaseUnavailable
from .parts import provide

OTHER_PROCESSES_SECONDS = 0.2
"""A move of the clock shows at once in the process that made it, and that much later in the app's others."""


def install_date(app: Flask, clock: LabClock) -> None:
    """The lab tells the clock at once when it has moved it, as a part of the app."""
    provide(app, clock)

    @app.after_request
    def _set(response: Response) -> Response:
        try:
            moment = clock.about_now(OTHER_PROCESSES_SECONDS)
        except DatabaseUnavailable:  # the answer says so already
            moment = clock.last_known()
        response.headers["Date"] = _written(moment.replace(microsecond=0))
        return response


@lru_cache(maxsize=8)
def _written(second: datetime) -> str:
    return http_date(second)

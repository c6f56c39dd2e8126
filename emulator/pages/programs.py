"""Addresses of the pages that programs ask for files, with credentials in the request itself."""

from collections.abc import Callable

from flask import Flask, request
from werkzeug.wrappers import Response

from ..access.caller import Caller
from ..errors import PlatformError
from ..identity.authenticators import names_its_sender
from ..rest.frame import answer_error, rest_caller

PAGE = ".do"
"""In the address of every page."""

Answer = Callable[[Caller], Response]


def answer_programs(app: Flask, find: Callable[[], Answer | None]) -> None:
    """Serve what ``find`` finds for the request at hand, before the pages ask for a login.

    It is asked only where the request says who sends it, and a program is refused as the REST APIs refuse.
    """

    @app.before_request
    def _answer() -> Response | None:
        if PAGE not in request.path or request.method not in {"GET", "HEAD"} or not names_its_sender(request):
            return None
        answer = find()
        if answer is None:
            return None
        try:
            return answer(rest_caller())
        except PlatformError as error:
            return answer_error(error)

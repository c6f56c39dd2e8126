"""What every request meets first: it has to be for this tenant, under its own address, and from our own pages."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from ..shared.listening import is_loopback
from ..shared.web.own_address import to_own_address
from ..shared.web.same_origin import comes_from_elsewhere
from .errors import SentFromElsewhere, WrongAddress
from .settings import Settings

FOR_PROGRAMS = ("/api/", "/lab")
"""Answered under any loopback name; the lab has a guard of its own."""

TOKEN_ENDPOINT = "token"  # noqa: S105 - the endpoint's name
LONGEST_ADDRESS = 8192
"""The server itself takes request lines of any length."""


def install(app: Flask, settings: Settings) -> None:
    """Put the walls up; they stand before Flask-WTF's, which wants a token as well."""
    own = urlsplit(settings.url)

    @app.before_request
    def _check() -> AnyResponse | None:
        if len(request.full_path) > LONGEST_ADDRESS:
            abort(414)
        if request.path.startswith(FOR_PROGRAMS) or request.endpoint == TOKEN_ENDPOINT:
            return None
        host = urlsplit(f"//{request.host}").hostname or ""
        if not is_loopback(host) and host != own.hostname:
            raise WrongAddress(detail=f"Open {settings.url} instead.")
        if comes_from_elsewhere(request):
            raise SentFromElsewhere
        return to_own_address(request, settings.url)

    @app.after_request
    def _do_not_keep(response: Response) -> Response:
        if not request.path.startswith(("/static/", "/lab/static/")):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

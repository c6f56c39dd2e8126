"""What a request for a page meets first: people are led to the instance's own address, programs are not."""

from flask import Flask, request
from werkzeug.wrappers import Response

from ..shared.web.own_address import to_own_address

FOR_PROGRAMS = (
    "/api/",
    "/lab",
    "/oauth_token.do",
    "/xmlstats.do",
    "/oauth_revoke",
    "/oauth_introspect",
    "/.well-known/",
)
"""Answered under any name: links and redirects of the REST APIs echo the request's own Host (rest 1)."""

FOR_PROGRAMS_BY_PARAMETER = "JSONv2"
"""A page's address with this parameter is a program's."""


def install(app: Flask, own_url: str) -> None:
    """To be installed before whatever looks at a session."""

    @app.before_request
    def _lead() -> Response | None:
        if request.path.startswith(FOR_PROGRAMS) or FOR_PROGRAMS_BY_PARAMETER in request.args:
            return None
        return to_own_address(request, own_url)

"""What every request under ``/api`` goes through, whichever API answers it.

A transaction id, the limits of the front end, refusals in the platform's envelope, and the headers of a recorded
answer (platform 4.5, F). A blueprint of another API joins in with ``speak_rest``.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.exceptions import MethodNotAllowed as RouteTakesOtherMethods

from ...shared.errors import TicketlabError
from ...shared.ids import Ids
from ...shared.logs import log
from ...shared.web.parts import part
from ..access.caller import Caller
from ..errors import NotAuthenticated, PayloadTooLarge, UnknownResource
from ..identity.authenticators import Authenticators, UserTokenRefused
from ..releases import release_named
from ..settings import Settings
from . import assumptions
from .errors import MethodNotAllowed, NotAcceptable, Unexpected, envelope

API_PATH = "/api/"
JSON = "application/json;charset=UTF-8"
UNQUOTED = "/:@!$&'()*+,;=~-._"
CHALLENGE = 'BASIC realm="Service-now"'
"""Upper case as in the captures (platform 4.2, F)."""

TOO_LONG_PAGE = """<html>
<head><title>414 Request-URI Too Large</title></head>
<body><h1>414 Request-URI Too Large</h1></body>
</html>
"""

ANSWER_HEADERS = {
    "Pragma": "no-store,no-cache",
    "Cache-Control": "no-cache,no-store,must-revalidate,max-age=-1",
    "Expires": "0",
    "Server-Timing": "sem_wait;dur=0, sesh_wait;dur=0",
}
"""On every answer of an API (platform 4.5, F)."""


def install_frame(app: Flask) -> None:
    """Open each request; the headers are added by ``platform_headers``, after those of both apps."""
    app.before_request(_open)


def speak_rest(blueprint: Blueprint) -> None:
    """Let every error of the blueprint's views leave in the platform's envelope."""
    blueprint.register_error_handler(TicketlabError, answer_error)
    blueprint.register_error_handler(HTTPException, _http_error)
    blueprint.register_error_handler(Exception, _unexpected)


def rest_caller() -> Caller:
    """Who sends this request, with its transaction. Raises NotAuthenticated."""
    caller = part(Authenticators).caller_of(request)
    g.logged_in = True
    return replace(caller, transaction=g.transaction_id)


def answer(payload: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer as the platform writes it: UTF-8, no blanks, keys in the order given."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode(), status, headers, content_type=JSON)


def no_content(status: int = 204, headers: Mapping[str, str] | None = None) -> Response:
    """An answer without body and without Content-Type (rest 2, Status)."""
    response = Response(b"", status, headers)
    del response.headers["Content-Type"]
    return response


def answer_error(error: TicketlabError) -> Response:
    if isinstance(error, NotAuthenticated) and error.message == NotAuthenticated.message:
        error.message = release_named(part(Settings).release).not_authenticated
    response = answer(envelope(error), error.status)
    if isinstance(error, NotAuthenticated):
        response.headers["WWW-Authenticate"] = CHALLENGE
    if isinstance(error, UserTokenRefused):  # a session without its token is told the token (platform 4.2, C)
        g.logged_in = True
        response.headers["X-UserToken-Response"] = error.user_token
    if isinstance(error, MethodNotAllowed) and error.allowed:
        response.headers["Allow"] = ", ".join(sorted(error.allowed))
    return response


def read_body() -> bytes:
    """The request's body. Raises PayloadTooLarge, as a rule before reading any of it."""
    limit = assumptions.LARGEST_BODY.value
    if (request.content_length or 0) > limit:
        raise PayloadTooLarge(request.content_length or 0, limit)
    request.max_content_length = limit + 1  # a body without a length is cut there, in silence
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise PayloadTooLarge(limit + 1, limit) from None
    if len(body) > limit:
        raise PayloadTooLarge(len(body), limit)
    return body


def check_accept() -> None:
    """Only a client that names types, none of them JSON, is refused (rest 1, wire). Raises NotAcceptable."""
    accepted = request.accept_mimetypes
    if accepted and not accepted.best_match(["application/json"]):
        raise NotAcceptable


def _open() -> Response | None:
    g.transaction_id = part(Ids).transaction_id()
    if _url_length() > assumptions.LONGEST_URL.value:
        return Response(TOO_LONG_PAGE, 414, content_type="text/html")
    if not request.path.startswith(API_PATH) or request.routing_exception is None:
        return None
    if isinstance(request.routing_exception, RouteTakesOtherMethods):
        return answer_error(MethodNotAllowed(frozenset(request.routing_exception.valid_methods or ())))
    return answer_error(UnknownResource())


def _url_length() -> int:
    """Bytes of the request's path and query, as sent where the server tells, else as they would be written."""
    sent = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or quote(request.path, safe=UNQUOTED)
    query = request.query_string
    return len(sent.partition("?")[0]) + (len(query) + 1 if query else 0)


def platform_headers(response: Response) -> None:
    """What an instance sends beside the headers of both apps; fit for ``install_headers``."""
    headers = response.headers
    headers["Server"] = "ServiceNow"
    transaction = g.get("transaction_id")
    if transaction and response.status_code != 401:
        headers.setdefault("X-Transaction-ID", transaction)
    if request.path.startswith(API_PATH):
        for name, value in ANSWER_HEADERS.items():
            headers.setdefault(name, value)
        if g.get("logged_in"):
            headers["X-Is-Logged-In"] = "true"


def _http_error(error: HTTPException) -> Response:
    """What the framework refuses by itself, in the platform's shape."""
    refusal = TicketlabError(error.name, error.description or "")
    refusal.status = error.code or 500
    return answer_error(refusal)


def _unexpected(error: Exception) -> Response:
    """A fault of ours: the client learns nothing of it, the log all."""
    log().error("rest.unexpected", transaction=g.get("transaction_id"), path=request.path, exc_info=error)
    return answer_error(Unexpected())

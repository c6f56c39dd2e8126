"""What every request under ``/api`` goes through, whichever API answers it.

A transaction id, the limits of the front end, answers in the form the client asks for, and refusals in the platform's
envelope. A blueprint of another API joins in with ``speak_rest``; its views ask ``api_caller`` first, and end in
``answer`` or ``no_content``.
"""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import ClientDisconnected, HTTPException
from werkzeug.exceptions import MethodNotAllowed as RouteTakesOtherMethods

from ...shared.errors import TicketlabError
from ...shared.ids import Ids
from ...shared.log_context import add
from ...shared.logs import log
from ...shared.time_limit import check_limit
from ...shared.web.at_hand import request_at_hand
from ...shared.web.parts import part
from ..access.caller import Caller
from ..errors import NotAuthenticated, RequestUnreadable, UnknownResource
from ..identity.authenticators import Authenticators, SecondFactorMissing, UserTokenRefused, way_of
from ..releases import release_named
from ..settings import Settings
from . import assumptions
from .errors import MethodNotAllowed, NotAcceptable, Unexpected, envelope
from .incoming import address_length
from .outgoing import API_PATH
from .rate_limits import RateLimited, check_rate
from .representation import Representation, wanted

CHALLENGE = 'BASIC realm="Service-now"'
"""Upper case as in the captures (platform 4.2, F)."""

TOO_LONG_PAGE = """<html>
<head><title>414 Request-URI Too Large</title></head>
<body><h1>414 Request-URI Too Large</h1></body>
</html>
"""

IN_BATCH = "ticketlab.in_batch"
"""Key in the environment of a batch's request, which no front end has measured (rest 7, C)."""

READING = frozenset({"GET", "HEAD"})
"""Methods that change nothing: what they would answer too late need not be answered."""

SESSION_MESSAGES = {
    "X-WantSessionDebugMessages": "debug_logs",
    "X-WantSessionNotificationMessages": "notifications",
}
"""Request headers by which a client asks for messages of its session, and where they stand (rest 1, D)."""


def install_frame(app: Flask) -> None:
    """Open each request; what is added on the way out is in ``outgoing``, after the headers of both apps."""
    app.before_request(_open)


def speak_rest(blueprint: Blueprint) -> None:
    """Let every error of the blueprint's views leave in the platform's envelope."""
    blueprint.register_error_handler(TicketlabError, answer_error)
    blueprint.register_error_handler(HTTPException, _http_error)
    blueprint.register_error_handler(Exception, _unexpected)


def rest_caller() -> Caller:
    """Who sends this request, with its transaction. Raises NotAuthenticated, or RateLimited."""
    caller = replace(part(Authenticators).caller_of(request_at_hand()), transaction=g.transaction_id)
    g.logged_in = True
    check_rate(caller)
    return caller


def api_caller() -> Caller:
    """Who sends this request, whose answer is JSON or XML. Raises NotAuthenticated, or NotAcceptable for neither."""
    caller = rest_caller()
    wanted(request.headers.get("Accept", ""))
    return caller


def answer(payload: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON, or in XML for whoever prefers it."""
    if status == 200 and request.method in READING:
        check_limit()
    form = _representation()
    return Response(form.write({**payload, **_session()}), status, headers, content_type=form.content_type)


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
        log().warning("rest.not_authenticated", by=way_of(request), method=request.method, path=request.path)
        response.headers["WWW-Authenticate"] = CHALLENGE
    if isinstance(error, SecondFactorMissing):
        response.headers["X-MFA_TOKEN"] = "invalid"  # noqa: S105 (what the platform says, no secret)
    if isinstance(error, UserTokenRefused):  # a session without its token is told the token (platform 4.2, C)
        g.logged_in = True
        response.headers["X-UserToken-Response"] = error.user_token
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.wait)
    if isinstance(error, MethodNotAllowed) and error.allowed:
        response.headers["Allow"] = ", ".join(sorted(error.allowed))
    return response


def _representation() -> Representation:
    """A refusal has to leave in some form, even to a client that takes none of ours."""
    try:
        return wanted(request.headers.get("Accept", ""))
    except NotAcceptable:
        return Representation.JSON


def _session() -> Mapping[str, object]:
    """``session`` for whoever asks for its messages. There never are any: nobody debugs a session here."""
    headers = request.headers
    asked = [key for name, key in SESSION_MESSAGES.items() if headers.get(name, "").lower() == "true"]
    return {"session": {key: [] for key in asked}} if asked else {}


def _open() -> Response | None:
    g.transaction_id = part(Ids).transaction_id()
    add(transaction=g.transaction_id)
    request = request_at_hand()
    if IN_BATCH not in request.environ and address_length(request) > assumptions.LONGEST_URL.value:
        g.refused_at_edge = True
        return Response(TOO_LONG_PAGE, 414, content_type="text/html")
    if not request.path.startswith(API_PATH) or request.routing_exception is None:
        return None
    if isinstance(request.routing_exception, RouteTakesOtherMethods):
        return answer_error(MethodNotAllowed(frozenset(request.routing_exception.valid_methods or ())))
    return answer_error(UnknownResource())


def _http_error(error: HTTPException) -> Response:
    """What the framework refuses by itself, in the platform's shape."""
    if isinstance(error, ClientDisconnected):
        return answer_error(RequestUnreadable(detail="The payload ended before its announced length"))
    refusal = TicketlabError(error.name, error.description or "")
    refusal.status = error.code or 500
    return answer_error(refusal)


def _unexpected(error: Exception) -> Response:
    """A fault of ours: the client learns nothing of it, the log all."""
    log().error("rest.unexpected", path=request.path, exc_info=error)
    return answer_error(Unexpected())

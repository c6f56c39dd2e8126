"""Errors as a person sees them, and as problem documents (RFC 9457) at the API."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, current_app, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from ..shared.errors import TicketlabError
from ..shared.ids import Ids
from ..shared.logs import log
from ..shared.web.parts import part
from .directory.web import current_user, is_api_request
from .errors import Invalid, NotFound, NotSignedIn, TenantError, messages_by_field

PROBLEM = "application/problem+json"


def install(app: Flask) -> None:
    app.register_error_handler(TicketlabError, _known)
    app.register_error_handler(ValidationError, _invalid)
    app.register_error_handler(CSRFError, _without_token)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unknown)


def error_answer(status: int, title: str, detail: str = "", kind: str = "", **further: Any) -> Response:
    """One refusal, as JSON at the API and as a page elsewhere."""
    if is_api_request():
        return _problem(status, title, detail, kind, further)
    body = render_template("error.html", status=status, title=title, detail=detail, way_on=further.get("way_on"))
    return Response(body, status, mimetype="text/html")


def _problem(status: int, title: str, detail: str, kind: str, further: Mapping[str, Any]) -> Response:
    document = {"type": f"urn:ticketlab:{kind}" if kind else "about:blank", "title": title, "status": status}
    if detail:
        document["detail"] = detail
    body = current_app.json.dumps({**document, "instance": request.path, **further})
    return Response(body, status, mimetype=PROBLEM)


def _known(error: TicketlabError) -> Response:
    if error.status in {401, 403}:
        user = current_user()
        log().warning("access.denied", user=user.upn if user else "", path=request.path, why=error.message)
    kind = error.kind if isinstance(error, TenantError) else ""
    further: dict[str, Any] = {"errors": error.fields} if isinstance(error, Invalid) else {}
    if isinstance(error, TenantError) and error.way_on and not is_api_request():
        further["way_on"] = error.way_on
    answer = error_answer(error.status, _(error.message), error.detail and _(error.detail), kind, **further)
    if isinstance(error, NotSignedIn) and is_api_request():
        answer.headers["WWW-Authenticate"] = 'Bearer realm="ticketlab"'
    return answer


def _invalid(error: ValidationError) -> Response:
    return _known(Invalid(messages_by_field(error)))


def _without_token(_error: CSRFError) -> Response:
    detail = _("The page was open for too long, or you signed in anew meanwhile. Go back, reload it and try again.")
    return error_answer(400, _("This form cannot be sent any more"), detail)


def _http(error: HTTPException) -> Response:
    if error.response is not None and not is_api_request():
        return error.response  # type: ignore[return-value]  # routing's own redirect
    if error.code == NotFound.status and not is_api_request():
        return _known(NotFound())  # Werkzeug's sentence about servers and spelling is not translated
    answer = error_answer(error.code or 500, error.name, error.description or "")
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After", "Location"}:
            answer.headers[name] = value
    return answer


def _unknown(error: Exception) -> Response:
    """A mistake of ours: logged with everything, told with nothing but the number to find it by."""
    number = part(Ids).transaction_id()
    log().error("request.failed", number=number, path=request.path, method=request.method, exc_info=error)
    detail = _("It was noted under the number %(number)s. Try again.", number=number)
    return error_answer(500, _("Something went wrong"), detail)

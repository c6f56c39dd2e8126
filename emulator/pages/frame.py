"""What every page inside the frame goes through: who is signed in, whose form it is, and errors as pages."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Flask, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from ...shared.errors import TicketlabError
from ...shared.logs import log
from ...shared.unavailable import DatabaseUnavailable
from ..errors import PlatformError, TransactionCancelled
from ..identity.web import FormRefused, LoginRequired, check_csrf, current_account, redirect_to_login, require_login

UNEXPECTED = "The instance made a mistake. Its log says more, under the transaction ID {}."
NOT_FOUND = "The page you are looking for could not be found."


def error_page(heading: str, sentence: str, status: int, *, lacks_right: bool = False) -> Response:
    """A page that says what happened; for somebody who is not signed in, without the frame.

    Who ``lacks_right`` is told as whom he is logged in, and the ways on.
    """
    # After a fault of ours nothing more is asked of the database.
    inside = status < 500 and current_account() is not None
    template = "error.html" if inside else "error_outside.html"
    return make_response(render_template(template, heading=heading, sentence=sentence, lacks_right=lacks_right), status)


def framed(blueprint: Blueprint, before_reading: Callable[[], None] | None = None) -> None:
    """Let nobody in who is not signed in, and no form that another site sent; show refusals in the platform's words.

    ``before_reading`` is called before anything of a form is read.
    """
    blueprint.before_request(require_login)
    if before_reading is not None:
        blueprint.before_request(before_reading)
    blueprint.before_request(check_csrf)
    blueprint.after_request(_keep_out_of_caches)
    blueprint.register_error_handler(LoginRequired, lambda _error: redirect_to_login())
    blueprint.register_error_handler(PlatformError, _refused)


def install_errors(app: Flask) -> None:
    """What no blueprint answers: an unknown address, a method that is not allowed, a fault of ours."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DatabaseUnavailable, _refused)
    app.register_error_handler(TransactionCancelled, _refused)
    app.register_error_handler(Exception, _unexpected)


def _keep_out_of_caches(response: Response) -> Response:
    """What a page shows is for one person and one moment."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _refused(error: TicketlabError) -> Response:
    if error.status == 403:
        account = current_account()
        log().warning("page.refused", user=account.user_name if account else "", path=request.path, why=error.message)
    lacks_right = error.status == 403 and not isinstance(error, FormRefused)
    heading = error.message if error.detail else HTTPStatus(error.status).phrase
    return error_page(heading, error.detail or error.message, error.status, lacks_right=lacks_right)


def _http_error(error: HTTPException) -> Response | HTTPException:
    """Files stay as the framework answers them; for the rest, somebody who is not signed in learns nothing."""
    status = error.code or 500
    if error.response is not None or request.path.startswith("/static/"):
        return error
    if status == 404:
        return require_login() or error_page("Page not found", NOT_FOUND, status)
    return error_page(error.name, error.description or error.name, status)


def _unexpected(error: Exception) -> Response:
    """A fault of ours: the log has all of it, the page the number to find it by (C23)."""
    transaction = str(g.get("transaction_id", ""))
    log().error("pages.unexpected", transaction=transaction, path=request.path, exc_info=error)
    return error_page("Internal Server Error", UNEXPECTED.format(transaction), 500)

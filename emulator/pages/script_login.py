"""The login of ServiceNow's own command-line tool: ``/angular.do``, answered in JSON (rest 10, C).

It keeps the cookies, asks ``get_user`` to be told the session's token, and sends that as ``X-UserToken``. With an
access token instead of a password it asks ``get_user`` as a stranger, and brings the cookie along with the token once.
"""

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from ...shared.web.parts import part
from ...shared.web.same_origin import comes_from_elsewhere
from ..identity.user_tokens import UserTokens
from ..identity.users import LoginRefused, Users
from ..identity.web import begin_session, csrf_token, current_account, session_cookie

blueprint = Blueprint("script_login", __name__)
GUEST = "guest"


@blueprint.post("/angular.do")
def angular() -> Response:
    """One address; ``sysparm_type`` says what is wanted."""
    wanted = request.args.get("sysparm_type", "")
    if comes_from_elsewhere(request):
        return _answer({"status": "error"}, 403)
    if wanted == "view_form.login":
        return _log_in()
    if wanted == "get_user":
        return _user()
    return _answer({"status": "error"}, 400)


def _log_in() -> Response:
    """Wrong credentials, or a step that only the pages can ask for, are no success (G: the answer's status)."""
    users = part(Users)
    name, password = request.form.get("user_name", "").strip(), request.form.get("user_password", "")
    try:
        account = users.authenticate_for_pages(name, password, request.remote_addr or "")
    except LoginRefused:
        return _answer({"status": "error"}, 401)
    if account.needs_second_factor or account.password_needs_reset:
        return _answer({"status": "error"}, 401)
    begin_session(account)
    users.note_login(account)
    return _answer({"status": "success"}, 200)


def _user() -> Response:
    account = current_account()
    if account is None:
        csrf_token()  # brings the cookie by which a token may ask for a session, see ``begin_for_token``
        return _answer({"user_sys_id": "", "user_name": GUEST, "user_display_name": "Guest"}, 200)
    tokens, cookie = part(UserTokens), session_cookie()
    if not tokens.matches(cookie, request.headers.get("X-UserToken", "")):
        response = _answer({"status": "error"}, 401)
        response.headers["X-UserToken-Response"] = tokens.token_for(cookie)
        return response
    user = {"user_sys_id": account.sys_id, "user_name": account.user_name, "user_display_name": account.name}
    return _answer(user, 200)


def _answer(payload: dict[str, str], status: int) -> Response:
    response = jsonify(payload)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response

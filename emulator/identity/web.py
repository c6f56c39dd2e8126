"""The session of the request at hand: who is signed in to the pages, and whether our own page sent a form."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from ...shared.logs import log
from ...shared.web.parts import part
from ...shared.web.same_origin import SAFE_METHODS, comes_from_elsewhere
from ..access.caller import Caller, Channel
from ..errors import PlatformError
from .accounts import UserAccount
from .landing import LANDING_PATH, this_request
from .sessions import COOKIE, Sessions, SessionState, account_in
from .user_tokens import UserTokens
from .users import Users

LOGIN_PATH = "/login.do"


@dataclass
class ExternalLogin:
    """The page that leads to somebody else's login instead of ours; single sign-on, a layer above, says which."""

    path: Callable[[], str] = lambda: ""


class LoginRequired(PlatformError):
    """A page needs somebody signed in; the answer leads to the login page."""

    status = 401
    message = "User Not Authenticated"


class FormRefused(PlatformError):
    """A form or script was not sent by our own page of this session."""

    status = 403
    message = "Your request could not be processed"

    def __init__(self) -> None:
        super().__init__(detail="The form is out of date or was sent by another site. Open the page again.")


def session_cookie() -> str:
    """The cookie of this request, or the one that its answer sets."""
    return str(g.get("session_cookie", request.cookies.get(COOKIE, "")))


def current_session() -> SessionState | None:
    """The live session of this request."""
    _look()
    session: SessionState | None = g.identity_session
    return session


def current_account() -> UserAccount | None:
    """The user who is signed in to the pages."""
    _look()
    account: UserAccount | None = g.identity_account
    return account


def _look() -> None:
    if "identity_session" in g:
        return
    session = part(Sessions).find(session_cookie())
    account = account_in(session, part(Users))
    if account is None:
        session = None
    g.identity_session, g.identity_account = session, account


def current_caller() -> Caller:
    """The signed-in user as the gate's caller. Raises LoginRequired."""
    session, account = current_session(), current_account()
    if session is None or account is None:
        raise LoginRequired
    if "identity_caller" not in g:
        g.identity_caller = part(Users).caller(
            account,
            Channel.PAGE,
            session=session.id_hash,
            address=request.remote_addr or "",
            transaction=str(g.get("transaction_id", "")),
        )
    caller: Caller = g.identity_caller
    return caller


def require_login() -> AnyResponse | None:
    """Lead to the login page and back unless somebody is signed in; fit for ``before_request``."""
    return None if current_account() else redirect_to_login()


def login_page(local: str = LOGIN_PATH) -> str:
    """Where whoever is not logged in belongs: to the identity provider if there is one to lead to, else to ``local``.

    After a form the local login is shown: the page's policy lets its form end nowhere else.
    """
    return (part(ExternalLogin).path() if request.method in SAFE_METHODS else "") or local


def redirect_to_login(path: str | None = None, back: str | None = None) -> AnyResponse:
    """To a login page, and after it to ``back``: this very request unless given."""
    path = path or login_page()
    if back is None:
        back = this_request() if _can_be_opened() else LANDING_PATH
    separator = "&" if "?" in path else "?"
    return redirect(f"{path}{separator}{urlencode({'sysparm_login_url': back.lstrip('/')})}", 302)


def _can_be_opened() -> bool:
    """Whether the address of this request is a page: a form, too, leads back to its own address, and sends nothing."""
    if request.method in SAFE_METHODS:
        return True
    try:
        current_app.url_map.bind("").match(request.path, "GET")
    except HTTPException:
        return False
    return True


def csrf_token() -> str:
    """The page's ``g_ck`` and the forms' ``sysparm_ck``. Somebody without a session gets a pre-session with it."""
    tokens = part(UserTokens)
    cookie = session_cookie()
    if current_session() is None and not tokens.is_pre_session(cookie):
        cookie = g.session_cookie = g.new_cookie = tokens.new_pre_session()
    return tokens.token_for(cookie)


def check_csrf() -> None:
    """Raise FormRefused unless an unsafe request carries the token of its session; fit for ``before_request``."""
    if request.method in SAFE_METHODS:
        return
    if comes_from_elsewhere(request):  # before its body, which may be a large file, is read
        raise FormRefused
    given = request.headers.get("X-UserToken") or request.form.get("sysparm_ck", "")
    cookie = session_cookie()
    tokens = part(UserTokens)
    live = current_session() is not None or tokens.is_pre_session(cookie)
    if not live or not tokens.matches(cookie, given):
        raise FormRefused


def begin_session(account: UserAccount, acting: str = "", cookie: str = "") -> None:
    """Let this user in: a new session under a new cookie; what the browser sent before is ended, never adopted.

    ``acting`` is the sys_id of whom the user impersonates, ``cookie`` a value that nobody else can know.
    """
    sessions = part(Sessions)
    if current_session() is not None:
        sessions.end(session_cookie())
    _give_cookie(sessions.start(account, acting, cookie))
    log().info("login", user=account.user_name, acting=acting)


def begin_for_token(account: UserAccount) -> None:
    """Give a program a session that has been given a pre-session's cookie and now comes with an access token too.

    ServiceNow's own command-line tool does so (rest 10, C). The cookie identifies nobody: the session is the token's
    user's, under a cookie of its own. A program that goes on to send the old one gets the same session each time, and
    does not fill the database.
    """
    if "Cookie" not in request.headers:
        return
    tokens, before = part(UserTokens), request.cookies.get(COOKIE, "")
    may_log_in = account.may_use_pages and not account.needs_second_factor and not account.password_needs_reset
    if not may_log_in or not tokens.is_pre_session(before):
        return
    cookie = tokens.session_after(before, account.sys_id)
    begun = part(Sessions).find(cookie)
    if begun is not None and begun.admits(account):
        _give_cookie(cookie)
    else:
        begin_session(account, cookie=cookie)


def end_session() -> None:
    """Sign out: the session is gone on the server, and the browser is told to drop the cookie."""
    account = current_account()
    if account is not None:
        part(Sessions).end(session_cookie())
        log().info("logout", user=account.user_name)
    _give_cookie("")


def _give_cookie(cookie: str) -> None:
    """The rest of the request belongs to this cookie's session, and so does the browser; to none if it is empty."""
    g.session_cookie = g.new_cookie = cookie
    _forget()


def _forget() -> None:
    for name in ("identity_session", "identity_account", "identity_caller"):
        g.pop(name, None)


def install_web(app: Flask) -> None:
    """Set and drop the session cookie after requests, and lead to the login where a page needs one."""

    @app.after_request
    def _set_cookie(response: Response) -> Response:
        if "new_cookie" in g:
            if g.new_cookie:
                response.set_cookie(
                    COOKIE, g.new_cookie, path="/", httponly=True, samesite="Lax", secure=request.is_secure
                )
            else:
                response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax", secure=request.is_secure)
        if "identity_account" in g:
            response.headers.setdefault("X-Is-Logged-In", "true" if g.identity_account else "false")
        return response

    @app.errorhandler(LoginRequired)
    def _to_login(_error: LoginRequired) -> AnyResponse:
        return redirect_to_login()

    app.jinja_env.globals["csrf_token"] = csrf_token

"""The login pages: local login, also as the step that OAuth and a page behind it lead through, and logout."""

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from ...shared.web.parts import part
from ..identity.landing import LANDING_PATH, own_path
from ..identity.users import LoginRefused, Users
from ..identity.web import LOGIN_PATH, FormRefused, check_csrf, current_account, end_session
from .login_steps import OUT_OF_DATE, go_on
from .sso import forget_provider

blueprint = Blueprint("login", __name__)

HOME_PATH = "/"
Page = str | tuple[str, int] | Response


@blueprint.get("/login.do")
@blueprint.get("/oauth_login.do")
def form() -> Page:
    """The local login; ``oauth_login.do`` is the same page under the name OAuth uses (platform 1.0, D)."""
    return login_form(request.args.get("sysparm_login_url", ""))


@blueprint.get("/side_door.do")
def side_door() -> Page:
    """The local login past single sign-on; no such page for somebody who is logged in (platform 1.2, D)."""
    if current_account() is not None:
        abort(404)
    return login_form(request.args.get("sysparm_login_url", ""))


@blueprint.post("/login.do")
@blueprint.post("/oauth_login.do")
@blueprint.post("/side_door.do")
def log_in() -> Page:
    """Success redirects to ``sysparm_login_url``; a refused login stays on the page (platform 1.2, C)."""
    back = request.form.get("sysparm_login_url", "")
    try:
        check_csrf()
        account = part(Users).authenticate_for_pages(
            request.form.get("user_name", "").strip(),
            request.form.get("user_password", ""),
            request.remote_addr or "",
        )
    except FormRefused:
        return login_form(back, OUT_OF_DATE), 403
    except LoginRefused as refused:
        return login_form(back, refused.message)
    return forget_provider(go_on(account, back))


@blueprint.get("/logout.do")
def log_out() -> Response:
    end_session()
    return redirect(LOGIN_PATH, 302)


@blueprint.get("/welcome.do")
def welcome() -> Response:
    """Where a login lands (platform 1.2, C): the navigator's home."""
    return redirect(HOME_PATH if current_account() else LOGIN_PATH, 302)


def login_form(back: str, error: str = "") -> str:
    return render_template(
        "login.html",
        error=error,
        user_name=request.form.get("user_name", ""),
        login_url=own_path(back, LANDING_PATH).lstrip("/"),
        for_application=back.lstrip("/").startswith("oauth_auth.do"),
    )

"""Signing in and out."""

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug import Response

from ...shared.logs import log
from ...shared.web.headers import allow_form_redirect
from ...shared.web.parts import part
from ..settings import Settings
from .cookies import TenantSessions
from .users import Users
from .web import SignInLeadsOn, browser_session, current_user, safe_next

blueprint = Blueprint("directory", __name__)


@blueprint.get("/signin")
def sign_in() -> str | Response:
    wanted = safe_next(request.args.get("next"))
    if current_user() is not None and request.args.get("prompt") != "login":
        return redirect(wanted, 303)
    return _page(wanted)


@blueprint.post("/signin")
def check_sign_in() -> Response | tuple[str, int]:
    upn, wanted = request.form.get("upn", ""), safe_next(request.form.get("next"))
    user = part(Users).authenticate(upn, request.form.get("password", ""))
    if user is None:
        log().warning("signin.refused", upn=upn[:254], address=request.remote_addr)
        return _page(wanted, upn, _("Your account or password is incorrect.")), 401
    log().info("signin", upn=user.upn, address=request.remote_addr)
    part(TenantSessions).sign_in(browser_session(), user)
    return redirect(wanted, 303)


@blueprint.post("/signout")
def sign_out() -> Response:
    user = current_user()
    part(TenantSessions).sign_out(browser_session())
    if user is not None:
        log().info("signout", upn=user.upn)
    return redirect("/signin", 303)


def _page(wanted: str, upn: str = "", problem: str = "") -> str:
    leads_to = part(SignInLeadsOn).origin_of(wanted)
    if leads_to:
        allow_form_redirect(leads_to)
    domain = part(Settings).domain
    return render_template("directory/signin.html", wanted=wanted, upn=upn, problem=problem, domain=domain)

"""The pages of Multi-Provider SSO: to a provider, back from it, and by whose provider."""

from urllib.parse import urlencode

from flask import Blueprint, Flask, redirect, render_template, request
from werkzeug.wrappers import Response

from ...shared.single_sign_on import CALLBACK_PATH
from ...shared.web.headers import allow_form_redirect
from ...shared.web.parts import part, part_of
from ..identity.landing import LANDING_PATH, own_path
from ..identity.web import (
    ExternalLogin,
    FormRefused,
    begin_session,
    check_csrf,
    csrf_token,
    session_cookie,
)
from ..sso.errors import SignOnRefused
from ..sso.providers import Provider, Providers
from ..sso.sign_in import SingleSignOn

blueprint = Blueprint("sso", __name__)

COOKIE = "glide_sso_id"
"""Remembers by which provider somebody was let in, and leads there again (platform 1.2, D)."""

REMEMBERED_SECONDS = 365 * 24 * 3600
START_PATH = "/login_with_sso.do"
LOCATE_PATH = "/login_locate_sso.do"
NO_PROVIDER = "There is no such active identity provider"


@blueprint.get(START_PATH)
def start() -> Response:
    """Off to the provider that ``glide_sso_id`` names; ``prompt=login`` (ours) lets another account be chosen."""
    back = own_path(request.args.get("sysparm_login_url", ""), LANDING_PATH)
    provider = part(Providers).by_id(request.args.get(COOKIE, ""))
    if provider is None:
        raise SignOnRefused(NO_PROVIDER, back)
    return _away(provider, back, "login" if request.args.get("prompt") == "login" else "")


@blueprint.get(CALLBACK_PATH)
def finish() -> Response:
    """Back from the provider: logged in as the user it names, once, in the browser that set out."""
    single = {name: values[0] for name, values in request.args.lists() if len(values) == 1}
    signed_on = part(SingleSignOn).finish(part(Providers), single, session_cookie())
    begin_session(signed_on.account)
    response = redirect(own_path(signed_on.back), 302)
    response.headers["Referrer-Policy"] = "no-referrer"
    options = {"path": "/", "httponly": True, "samesite": "Lax", "secure": request.is_secure}
    response.set_cookie(COOKIE, signed_on.provider.sys_id, REMEMBERED_SECONDS, **options)  # type: ignore[arg-type]
    return response


@blueprint.get(LOCATE_PATH)
def locate() -> str:
    return _locate_page(request.args.get("sysparm_login_url", ""))


@blueprint.post(LOCATE_PATH)
def located() -> Response | tuple[str, int]:
    """To the provider of the user who was named; for a name that nobody has to the default one."""
    back = request.form.get("sysparm_login_url", "")
    try:
        check_csrf()
    except FormRefused:
        return _locate_page(back, "Your session timed out. Please try again."), 403
    provider = part(Providers).located_for(request.form.get("sysparm_user", "").strip())
    if provider is None:
        raise SignOnRefused(NO_PROVIDER, own_path(back, LANDING_PATH))
    return _away(provider, own_path(back, LANDING_PATH), "")


@blueprint.errorhandler(SignOnRefused)
def refused(error: SignOnRefused) -> tuple[str, int]:
    """Says that it failed and leads on to the local login; why it failed is only in the system log.

    In the middle of an application's request it has the consent page's *Not You* as well, with the same effect.
    """
    back = (error.back or LANDING_PATH).lstrip("/")
    provider = part(Providers).by_id(request.args.get(COOKIE, "")) or next(iter(part(Providers).active()), None)
    again = ""
    if provider is not None:
        query = {COOKIE: provider.sys_id, "prompt": "login", "sysparm_login_url": back}
        again = f"{START_PATH}?{urlencode(query)}"
    not_you = f"/{back}&logoutfirst=true" if back.startswith("oauth_auth.do?") else ""
    local = _with_back("/login.do", back)
    page = render_template("sso_refused.html", error=error, local=local, again=again, not_you=not_you)
    return page, error.status


def external_login() -> str:
    """Where whoever is not logged in is led instead of the local login; empty: there is nowhere else.

    To the provider that let this browser in before, or to the one of the redirect property.
    """
    providers = part(Providers)
    if not providers.enabled:
        return ""
    provider = providers.by_id(request.cookies.get(COOKIE, "")) or providers.redirecting()
    return f"{START_PATH}?{urlencode({COOKIE: provider.sys_id})}" if provider else ""


def forget_provider(response: Response) -> Response:
    """Whoever logs in locally is not led to the provider next time."""
    if COOKIE in request.cookies:
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def install_sso(app: Flask) -> None:
    part_of(app, ExternalLogin).path = external_login
    app.jinja_env.globals["external_login_offered"] = lambda: bool(part(Providers).active())
    app.register_blueprint(blueprint)


def _away(provider: Provider, back: str, prompt: str) -> Response:
    csrf_token()  # a browser without any session gets a pre-session's cookie, which the way back is bound to
    response = redirect(part(SingleSignOn).start(provider, back, session_cookie(), prompt=prompt), 302)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _locate_page(back: str, error: str = "") -> str:
    for provider in part(Providers).active():
        allow_form_redirect(provider.metadata_url)
    page = own_path(back, LANDING_PATH).lstrip("/")
    return render_template("sso_locate.html", error=error, login_url=page, local=_with_back("/login.do", page))


def _with_back(path: str, back: str) -> str:
    return f"{path}?{urlencode({'sysparm_login_url': back.lstrip('/')})}"

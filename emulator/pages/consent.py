"""The consent page, which asks whether an application may connect to your ServiceNow account."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from ...shared.logs import log
from ...shared.web.headers import allow_form_redirect
from ...shared.web.parts import part
from ..errors import PlatformError
from ..identity.landing import this_request
from ..identity.web import (
    FormRefused,
    check_csrf,
    current_account,
    current_session,
    end_session,
    login_page,
    redirect_to_login,
)
from ..oauth.authorization import (
    OUT_OF_DATE,
    AuthorizationRefused,
    AuthorizationRequest,
    SentBack,
    check_authorization,
    location_of,
)
from ..oauth.consents import Consents
from ..oauth.requests import InstanceRequest, ShownRequest
from ..oauth.server import OAuthServer

blueprint = Blueprint("consent", __name__)

OAUTH_LOGIN_PATH = "/oauth_login.do"
ALLOW = "authorize"
"""The value of the Allow button, the second of the name ``oauth_auth_check_action`` (platform 1.1, C)."""


@blueprint.get("/oauth_auth.do")
def ask() -> str | Response:
    """Check the request, have somebody log in, and ask. ``logoutfirst=true`` is the way of *Not You* (1.1, I)."""
    asked = check_authorization(part(OAuthServer), InstanceRequest(request, query=True, body=False))
    not_you = request.args.get("logoutfirst") == "true"
    if not_you:
        end_session()
    session = current_session()
    if session is None:
        return redirect_to_login(_login_path(asked, not_you=not_you), this_request(without="logoutfirst"))
    consent_id = part(Consents).open(session.id_hash, asked.parameters)
    return _page(asked, consent_id)


@blueprint.post("/oauth_auth.do")
def decide() -> Response:
    """Allow or deny what was shown, once, for the session it was shown to (attacks A38 and A39)."""
    check_csrf()
    session, account = current_session(), current_account()
    if session is None or account is None:
        return redirect_to_login()
    shown = part(Consents).take(request.form.get("sysparm_oauth_request", ""), session.id_hash)
    if shown is None:
        raise AuthorizationRefused(OUT_OF_DATE, "Go back to the application and start again.")
    server = part(OAuthServer)
    asked = check_authorization(server, ShownRequest(shown))
    allowed = request.form.get("oauth_auth_check_action") == ALLOW
    response = server.decide(asked.parameters, account if allowed else None)
    outcome = "allowed" if allowed else "denied"
    log().info("oauth.consent", user=account.user_name, client=asked.client.name, outcome=outcome)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.errorhandler(AuthorizationRefused)
@blueprint.errorhandler(FormRefused)
def refused(error: PlatformError) -> tuple[str, int]:
    """Never a redirect: the address to go back to is the thing in doubt (RFC 6749 4.1.2.1)."""
    part(OAuthServer).log(f"Exception on authorization flow - {error.message} {error.detail}".strip())
    return render_template("oauth_error.html", error=error), error.status


@blueprint.errorhandler(SentBack)
def sent_back(error: SentBack) -> Response:
    response = redirect(location_of(error), 302)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _login_path(asked: AuthorizationRequest, *, not_you: bool) -> str:
    """The login that the entity names; where it names none, single sign-on's when it redirects, else the local one.

    Whoever is *Not You* is led to the local login, or the provider would only say again who they are.
    """
    if not_you:
        return OAUTH_LOGIN_PATH
    named = asked.client.login_path
    return login_page(named) if named == OAUTH_LOGIN_PATH else named


def _page(asked: AuthorizationRequest, consent_id: str) -> str:
    allow_form_redirect(asked.redirect_uri)
    query = this_request(without="logoutfirst").partition("?")[2]
    return render_template(
        "consent.html",
        application=asked.client.name,
        account=current_account(),
        consent_id=consent_id,
        not_you=f"/oauth_auth.do?{query}&logoutfirst=true",
        allow=ALLOW,
    )

"""An application's request to sign somebody in."""

from typing import cast
from urllib.parse import urlencode

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import AuthorizationCodeGrant
from authlib.oidc.core.errors import LoginRequiredError
from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from ...shared.logs import log
from ...shared.web.oauth_parameters import OAuthParameters
from ..directory import User
from ..errors import N_, TenantError

LONGEST = 2048
STAND_IN = "https://tenant/"
"""Authlib refuses http on named hosts; which addresses are served is the front door's to say."""


class SignInRefused(TenantError):
    """Nobody is sent back: the application or the address to send them to is in doubt (RFC 6749 4.1.2.1)."""

    message = N_("The application cannot sign you in")
    kind = "sign-in-refused"


class AuthorizationRequest(OAuth2Request):
    """The query of the request at hand."""

    def __init__(self, user: User | None) -> None:
        super().__init__("GET", STAND_IN)
        self.parameters = OAuthParameters(MultiDict(request.args))
        self.payload = self.parameters
        self.user = user


def answer_authorization(server: AuthorizationServer, user: User | None) -> Response:
    """Check the request, have somebody sign in, and send them back with a code. Raises SignInRefused."""
    asked = AuthorizationRequest(user)
    try:
        _check_texts(asked)
        grant = cast("AuthorizationCodeGrant", server.get_authorization_grant(asked))
        redirect_uri = grant.validate_authorization_request()
        prompt = request.args.get("prompt", "")
        if prompt == "none" and user is None:
            raise LoginRequiredError(redirect_uri=redirect_uri)
        if user is None or "login" in prompt.split() or "select_account" in prompt.split():
            return _to_sign_in()
        _status, _body, headers = grant.create_authorization_response(redirect_uri, user)
    except OAuth2Error as error:
        return _refused(error, asked)
    log().info("openid.signed-in", user=user.upn, client=request.args["client_id"])
    return _away(dict(headers)["Location"])


def _check_texts(asked: AuthorizationRequest) -> None:
    for name, values in asked.parameters.datalist.items():
        if len(values) > 1 or len(values[0]) > LONGEST or not values[0].isprintable():
            log().warning("openid.unreadable", parameter=name[:40])
            raise SignInRefused(detail=N_("The application's request cannot be read."))


def _to_sign_in() -> Response:
    """To the sign-in page, and back to this request without what it asked of that page."""
    kept = [(name, value) for name, value in request.args.items() if name != "prompt"]
    back = f"{request.path}?{urlencode(kept)}"
    prompt = "login" if request.args.get("prompt") else None
    return redirect(url_for("directory.sign_in", next=back, prompt=prompt), 303)


def _refused(error: OAuth2Error, asked: AuthorizationRequest) -> Response:
    log().warning("openid.refused", error=error.error, description=str(error.description or "")[:200])
    if not error.redirect_uri:
        raise SignInRefused(detail=str(error.description or error.error)) from error
    state = asked.parameters.state
    parameters = {"error": error.error, "error_description": str(error.description or "")}
    parameters |= {"state": state} if state else {}
    return _away(f"{error.redirect_uri}?{urlencode(parameters)}")


def _away(location: str) -> Response:
    response = redirect(location, 302)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response

"""Requests in the form Authlib works with."""

from collections.abc import Mapping

from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Request
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Payload, OAuth2Request
from flask import Request
from werkzeug.datastructures import MultiDict

from ...shared.web.oauth_parameters import OAuthParameters
from ..records.gate import Transaction
from .clients import Client

SECURE = "https://instance/"
"""Stands in while Authlib looks at the address: it refuses http on named hosts, and the lab runs on http (trap 11)."""

PARAMETERS = (
    "response_type",
    "client_id",
    "client_secret",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "grant_type",
    "code",
    "code_verifier",
    "refresh_token",
    "username",
    "password",
    "assertion",
    "token",
    "token_type_hint",
)


class InstanceRequest(FlaskOAuth2Request):
    """A Flask request with the parameters the instance looks at: the body's, the query's, or both."""

    transaction: Transaction | None = None
    """The write transaction in which the token endpoint does all its work."""
    named_client: Client | None = None
    """Whom the request says to come from, whether it can prove that or not: its profile words the refusal."""

    def __init__(self, request: Request, *, query: bool, body: bool) -> None:
        OAuth2Request.__init__(self, request.method, SECURE, headers=request.headers)  # type: ignore[call-overload]
        self.uri = request.url
        self.address = request.remote_addr or ""
        self.has_query_parameters = query and any(name in request.args for name in PARAMETERS)
        self._parameters: MultiDict[str, str] = MultiDict()
        if query:
            self._parameters.update(request.args)
        if body:
            self._parameters.update(request.form)
        self.payload = OAuthParameters(self._parameters)  # type: ignore[assignment]

    @property
    def form(self) -> MultiDict[str, str]:  # type: ignore[override]
        return self._parameters

    @property
    def args(self) -> MultiDict[str, str]:  # type: ignore[override]
        return self._parameters


class ShownRequest(OAuth2Request):
    """An authorization request as it was shown on a consent page, whatever the form that answers it says."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        super().__init__("POST", SECURE)
        self.payload = OAuthParameters(MultiDict(parameters))


def check_not_repeated(payload: OAuth2Payload) -> None:
    """Raises InvalidRequestError when a parameter comes twice, so that no two readers can read two values (A05)."""
    for name in PARAMETERS:
        if len(payload.datalist.get(name, [])) > 1:
            raise InvalidRequestError(f"Multiple '{name}' in request.")

"""GET /oauth_auth.do: which requests a user may be asked about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationEndpointMixin, InvalidRequestError, OAuth2Payload, OAuth2Request

from ..errors import PlatformError
from .clients import Client
from .grants import redirect_uri_of
from .requests import PARAMETERS, ShownRequest, check_not_repeated
from .server import OAuthServer

INVALID_REDIRECT_URI = "Invalid redirect_uri"
"""(platform 1.1, C)"""
MISSING_STATE = "Missing State parameter in request."
"""(platform 1.1, D)"""
MISSING_CLIENT_ID = "Missing parameters: client_id"
INVALID_CLIENT = "Invalid client_id"
OUT_OF_DATE = "This request is no longer open"
SWITCHED_OFF = "OAuth is not active on this instance"
"""The platform's own texts for these were not found (platform 9): ours."""


class AuthorizationRefused(PlatformError):
    """The request is not shown to the user and not sent back to its client: a page says why (RFC 6749 4.1.2.1)."""

    status = 400
    message = "Invalid request"


class SentBack(Exception):
    """The request fails, and its client is told so at its redirect URI."""

    def __init__(self, error: str, state: str | None, redirect_uri: str, issuer: str) -> None:
        self.error = error
        self.redirect_uri = redirect_uri
        self.more = {"state": state or "", "iss": issuer}
        super().__init__(error)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A valid request: what the consent page shows, and what is decided about."""

    client: Client
    redirect_uri: str
    parameters: Mapping[str, str]


def check_authorization(server: OAuthServer, asked: OAuth2Request) -> AuthorizationRequest:
    """Return the request if a user may be asked. Raises AuthorizationRefused or SentBack.

    The client and its redirect URI come first, since nothing may be sent to an address that was not registered; the
    state comes before the login (platform 1.1, D).
    """
    payload = asked.payload
    assert payload is not None
    try:
        check_not_repeated(payload)
    except InvalidRequestError as error:
        raise AuthorizationRefused(detail=error.description or "") from error
    if not server.properties.is_active:
        raise AuthorizationRefused(SWITCHED_OFF)
    client, redirect_uri = _client_and_redirect(server, payload)
    if server.properties.state_required and not (payload.state or "").strip():
        raise AuthorizationRefused(MISSING_STATE)
    if payload.response_type != "code":
        raise _sent_back(server, client, "unsupported_response_type", payload, redirect_uri)
    if client.is_hardened and not client.has_scopes(payload.scope or ""):
        raise _sent_back(server, client, "invalid_scope", payload, redirect_uri)
    parameters = {name: payload.data[name] for name in PARAMETERS if name in payload.data}
    grant = cast("AuthorizationEndpointMixin", server.get_authorization_grant(ShownRequest(parameters)))
    try:
        grant.validate_authorization_request()
    except OAuth2Error as error:
        raise AuthorizationRefused(detail=str(error.description or "")) from error
    return AuthorizationRequest(client, redirect_uri, parameters)


def _client_and_redirect(server: OAuthServer, payload: OAuth2Payload) -> tuple[Client, str]:
    if not payload.client_id:
        raise AuthorizationRefused(MISSING_CLIENT_ID)
    client = server.query_client(payload.client_id)
    if client is None:
        raise AuthorizationRefused(INVALID_CLIENT)
    redirect_uri = redirect_uri_of(client, payload.redirect_uri)
    if redirect_uri is None:
        raise AuthorizationRefused(INVALID_REDIRECT_URI)
    return client, redirect_uri


def _sent_back(
    server: OAuthServer, client: Client, error: str, payload: OAuth2Payload, redirect_uri: str
) -> "SentBack":
    return SentBack(error, payload.state, redirect_uri, server.issuer if client.is_hardened else "")


def location_of(error: SentBack) -> str:
    """Where the client is told of the error, with the state, and who says so where the profile has it."""
    separator = "&" if "?" in error.redirect_uri else "?"
    more = {name: value for name, value in error.more.items() if value}
    return f"{error.redirect_uri}{separator}{urlencode({'error': error.error, **more})}"

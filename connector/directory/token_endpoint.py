"""The tenant's token endpoint, on Authlib: password and client_credentials; the OpenID provider adds its code.

As at login.microsoftonline.com the address names the tenant. Errors are RFC 6749's.
"""

import base64
from collections.abc import Callable, Collection
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientCredentialsGrant, ClientMixin, ResourceOwnerPasswordCredentialsGrant
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidGrantError, InvalidRequestError, OAuth2Error
from flask import Flask, Request, Response, jsonify, request

from ...shared.logs import log
from ...shared.web.parts import part
from .access_tokens import LIFETIME, AccessTokens
from .users import User, Users

FORM = "application/x-www-form-urlencoded"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class _Client(ClientMixin):
    """Who asks for a token: a registered application, or nobody in particular with a person's password."""

    def __init__(self, application: User | None) -> None:
        self.application = application

    def check_grant_type(self, grant_type: str) -> bool:
        if self.application is None:
            return grant_type == "password"
        return grant_type == "client_credentials" and bool(self.application.roles)

    def get_allowed_scope(self, scope: Collection[str] | str) -> str:  # noqa: ARG002 - there is one kind of access
        return ""


class _Password(ResourceOwnerPasswordCredentialsGrant):
    def authenticate_token_endpoint_client(self) -> _Client:
        return _Client(None)  # programs of the lab need no registration to act as a person

    def authenticate_user(self, username: str, password: str) -> User:
        user = part(Users).authenticate(username, password)
        if user is None:
            raise InvalidGrantError("The user name or password is incorrect.")
        return user


class _ClientCredentials(ClientCredentialsGrant):
    def authenticate_token_endpoint_client(self) -> _Client:
        application = part(AccessTokens).application(*client_credentials(request))
        if application is None:
            raise InvalidClientError(status_code=401)
        return _Client(application)


def make_server(app: Flask, query_client: Callable[[str], ClientMixin | None]) -> AuthorizationServer:
    """Return the server with the grants of programs; ``query_client`` finds applications that people sign in to."""
    server = AuthorizationServer(app, query_client=query_client, save_token=_save)
    server.register_token_generator("default", _generate)  # type: ignore[arg-type]  # any callable will do
    server.register_grant(_Password)
    server.register_grant(_ClientCredentials)
    return server


def answer(server: AuthorizationServer) -> Response:
    """Answer a token request; whatever is wrong with it becomes an error of RFC 6749."""
    try:
        _check_form(request)
    except OAuth2Error as error:
        return jsonify_error(error)
    response: Response = server.create_token_response()  # type: ignore[assignment]  # made by handle_response
    if response.status_code >= 400:
        _tell_of_refusal(str((response.get_json(silent=True) or {}).get("error", "")))
    response.headers.update(NO_STORE)
    return response


def jsonify_error(error: OAuth2Error) -> Response:
    status, body, headers = error()
    _tell_of_refusal(str(error.error))
    response = jsonify(dict(body))
    response.status_code = status
    response.headers.update(headers)
    return response


def _tell_of_refusal(why: str) -> None:
    who = request.form.get("username") or request.form.get("client_id") or ""
    log().warning("token.refused", who=who[:254], grant=request.form.get("grant_type", "")[:80], why=why)


def _check_form(asked: Request) -> None:
    if asked.mimetype != FORM:
        raise InvalidRequestError(f"Send the parameters as {FORM}.")
    if asked.args:
        raise InvalidRequestError("Send the parameters in the body, not in the address.")
    for name, values in asked.form.lists():
        if len(values) > 1:
            raise InvalidRequestError("A parameter is sent twice.")
        if not name.isprintable() or "\0" in values[0]:
            raise InvalidRequestError("A parameter holds characters it may not have.")


def client_credentials(asked: Request) -> tuple[str, str]:
    """The application's id and secret, from the Basic header or the body, not both. Raises InvalidClientError."""
    header = asked.headers.get("Authorization")
    if header is None:
        return asked.form.get("client_id", ""), asked.form.get("client_secret", "")
    if "client_secret" in asked.form:
        raise InvalidRequestError("Send the client's credentials once.")
    scheme, _, encoded = header.partition(" ")
    try:
        client_id, separator, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError as error:
        raise InvalidClientError(status_code=401) from error
    if scheme.lower() != "basic" or not separator:
        raise InvalidClientError(status_code=401)
    return client_id, secret


def _generate(*_args: Any, scope: str | None = None, **_kwargs: Any) -> dict[str, Any]:
    return {
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
        "access_token": part(AccessTokens).new_text(),
        **({"scope": scope} if scope else {}),
    }


def _save(token: dict[str, Any], asked: Any) -> None:
    holder = asked.user or asked.client.application
    part(AccessTokens).keep(token["access_token"], holder, token.get("scope", ""))
    log().info("token.issued", user=holder.upn, grant=asked.payload.grant_type)

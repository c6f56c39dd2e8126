"""The authorization server: Authlib's, with the instance's records behind it and the platform's answers in front."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Request, TokenEndpointMixin, UnsupportedGrantTypeError
from flask import Request, Response
from flask import request as flask_request

from ...shared.clock import Clock
from ...shared.ids import Ids
from ..access.caller import Caller
from ..identity.users import UserAccount, Users
from ..records.gate import Gate
from .client_authentication import authenticate_client
from .clients import Client, Clients
from .codes import Codes
from .credentials import Credentials
from .grants import AuthorizationCodeGrant, RefreshTokenGrant, S256Challenge
from .policy import OAuthProperties
from .requests import InstanceRequest, ShownRequest, check_not_repeated

LOG_SOURCE = "com.glide.ui.ServletErrorListener"
ERROR_LEVEL = "2"

OPAQUE = {"error_description": "access_denied", "error": "server_error"}
"""The one answer to whatever fails at the token endpoint, in the recorded order of keys, with 401 (platform 1.3, F)."""

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}

Headers = Iterable[tuple[str, str]]


class SwitchedOffError(OAuth2Error):
    error = "oauth_inactive"
    description = "The property com.snc.platform.security.oauth.is.active is false"


@dataclass(frozen=True, slots=True)
class Behind:
    """What the server works with."""

    gate: Gate
    users: Users
    clients: Clients
    codes: Codes
    credentials: Credentials
    properties: OAuthProperties
    clock: Clock
    ids: Ids


class OAuthServer(AuthorizationServer):
    """Knows two endpoints: the token endpoint, and the decision on an authorization request."""

    def __init__(self, behind: Behind) -> None:
        super().__init__()
        self.gate = behind.gate
        self.users = behind.users
        self.clients = behind.clients
        self.codes = behind.codes
        self.credentials = behind.credentials
        self.properties = behind.properties
        self.clock = behind.clock
        self.ids = behind.ids
        self._error_uris = None
        self.register_grant(AuthorizationCodeGrant, [S256Challenge(required=True)])
        self.register_grant(RefreshTokenGrant)

    def query_client(self, client_id: str) -> Client | None:  # type: ignore[override]
        return self.clients.by_client_id(client_id)

    def save_token(self, token: Mapping[str, str | int], request: OAuth2Request) -> None:
        """The grant has written it, in its own transaction."""

    def authenticate_client(self, request: OAuth2Request, methods: object, endpoint: str = "token") -> Client:  # noqa: ARG002
        return authenticate_client(self.clients, request)

    def create_oauth2_request(self, request: Request | None) -> InstanceRequest:
        """The token request. Its parameters may stand in the query string unless the property forbids (1.3, D)."""
        return InstanceRequest(request or flask_request, query=not self.properties.post_body_only, body=True)

    def create_token_response(self, request: Request | None = None) -> Response:  # type: ignore[override]
        """Answer a token request: the tokens, or the platform's one refusal."""
        asked = self.create_oauth2_request(request)
        try:
            check_not_repeated(asked.payload)
        except InvalidRequestError as error:
            return self._repeated(error)
        try:
            if not self.properties.is_active:
                raise SwitchedOffError
            grant = cast("TokenEndpointMixin", self.get_token_grant(asked))
            grant.validate_token_request()
            status, body, headers = grant.create_token_response()
            return self.handle_response(status, body, headers)
        except OAuth2Error as error:
            return self.handle_error_response(asked, error)

    def decide(self, parameters: Mapping[str, str], user: UserAccount | None) -> Response:
        """Answer an authorization request as it was shown: a code for ``user``, or a denial for None."""
        shown = ShownRequest(parameters)
        grant = self.get_authorization_grant(shown)
        response: Response = self.create_authorization_response(shown, user, grant)  # type: ignore[assignment]
        return response

    def handle_response(self, status_code: int, payload: object, headers: Headers) -> Response:  # type: ignore[override]
        """As the platform writes it: compact, and with the keys in their own order."""
        body = json.dumps(payload, separators=(",", ":")) if isinstance(payload, dict) else str(payload)
        response = Response(body, status=status_code, headers=list(headers))
        response.headers.update(NO_STORE)
        if isinstance(payload, dict):
            response.headers["Content-Type"] = "application/json;charset=UTF-8"
        return response

    def handle_error_response(self, request: OAuth2Request, error: OAuth2Error) -> Response:  # noqa: ARG002
        """Back to the client's redirect URI where that is safe; else the opaque answer, and the cause in syslog."""
        if error.redirect_uri:
            return self.handle_response(*error())
        self._log(error)
        response = self.handle_response(401, OPAQUE, [])
        response.headers["X-Is-Logged-In"] = "false"
        return response

    def _repeated(self, error: InvalidRequestError) -> Response:
        self._log(error)
        return self.handle_response(400, {"error_description": error.description, "error": error.error}, [])

    def _log(self, error: OAuth2Error) -> None:
        """Tell the true cause inside (platform 1.3, C), after the request's own transaction is gone (trap 15)."""
        values = {"level": ERROR_LEVEL, "source": LOG_SOURCE, "message": message_of(error)}
        self.gate.record("syslog", Caller.system()).insert(values)


def message_of(error: OAuth2Error) -> str:
    """The log's sentence for an error. It may quote the request, so it is cut and cleaned."""
    description = str(error.get_error_description() or "")
    if isinstance(error, UnsupportedGrantTypeError) and not error.grant_type:
        description = "Missing grant_type parameter value"
    text = f"Exception on token flow - {error.error}" + (f": {description}" if description else "")
    return "".join(each if each.isprintable() else " " for each in text[:400])

"""The authorization server: Authlib's, with the instance's records behind it and each profile's answers in front."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast
from urllib.parse import urlencode

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Request, TokenEndpointMixin
from flask import Request, Response, g
from flask import request as flask_request

from ...shared.clock import Clock
from ...shared.ids import Ids
from ...shared.logs import log
from ..identity.accounts import UserAccount
from ..identity.users import Users
from ..records.gate import Gate
from ..records.system_log import Level, write_system_log
from .access_jwts import AccessJwts
from .assertions import Assertions
from .client_authentication import ClientAuthentication, uses_basic
from .clients import Client, Clients
from .codes import Codes
from .credentials import Credentials, IssuedTokens
from .eligibility import Eligibility
from .families import Families
from .judging import Judge
from .policy import OAuthProperties
from .profiles import Profile
from .refusals import SwitchedOffError, message_of, refusal_of
from .requests import InstanceRequest, ShownRequest, check_not_repeated
from .tokens import Tokens
from .tries import FailedTries

LOG_SOURCE = "com.glide.ui.ServletErrorListener"

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}

Headers = Iterable[tuple[str, str]]


class OAuthServer(AuthorizationServer):
    """Knows two endpoints: the token endpoint, and the decision on an authorization request. Grants are given to it."""

    def __init__(
        self,
        *,
        gate: Gate,
        users: Users,
        clients: Clients,
        codes: Codes,
        credentials: Credentials,
        judge: Judge,
        families: Families,
        properties: OAuthProperties,
        tries: FailedTries,
        jwts: AccessJwts,
        tokens: Tokens,
        clock: Clock,
        ids: Ids,
        issuer: str,
    ) -> None:
        """``issuer`` is the instance's own address. What is public here the grants work with."""
        super().__init__()
        self.gate, self.clock, self.ids, self.issuer = gate, clock, ids, issuer.rstrip("/")
        self.users, self.clients, self.properties = users, clients, properties
        self.codes, self.credentials, self.families, self.judge = codes, credentials, families, judge
        self.eligibility = Eligibility(gate, users, properties)
        self.assertions = Assertions(gate, clock)
        self._jwts, self._tokens = jwts, tokens
        self._authenticate = ClientAuthentication(clients, tries)
        self._error_uris = None

    def query_client(self, client_id: str) -> Client | None:  # type: ignore[override]
        return self.clients.by_client_id(client_id)

    def save_token(self, token: Mapping[str, str | int], request: OAuth2Request) -> None:
        """The grant has written it, in its own transaction."""

    def authenticate_client(self, request: OAuth2Request, methods: object, endpoint: str = "token") -> Client:  # noqa: ARG002
        return self._authenticate(cast("InstanceRequest", request))

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
            self._tell_of_issue(asked)
            return self.handle_response(status, body, headers)
        except OAuth2Error as error:
            return self.handle_error_response(asked, error)

    def in_its_format(self, issued: IssuedTokens, client: Client, user: UserAccount) -> IssuedTokens:
        """What was issued, the access token in the client's Token Format."""
        credential = self._tokens.credential_of(issued.access_token) if client.gets_jwts else None
        if credential is None:
            return issued
        return replace(issued, access_token=self._jwts.of(credential, client, user, issued.scope))

    def decide(self, parameters: Mapping[str, str], user: UserAccount | None) -> Response:
        """Answer an authorization request as it was shown: a code for ``user``, or a denial for None."""
        shown = ShownRequest(parameters)
        grant = self.get_authorization_grant(shown)
        response: Response = self.create_authorization_response(shown, user, grant)  # type: ignore[assignment]
        return response

    def handle_response(self, status_code: int, payload: object, headers: Headers) -> Response:  # type: ignore[override]
        """As the platform writes it: compact, and with the keys in their own order."""
        body = json.dumps(dict(payload), separators=(",", ":")) if isinstance(payload, Mapping) else str(payload)
        response = Response(body, status=status_code, headers=list(headers))
        response.headers.update(NO_STORE)
        if isinstance(payload, Mapping):
            response.headers["Content-Type"] = "application/json;charset=UTF-8"
        return response

    def handle_error_response(self, request: OAuth2Request, error: OAuth2Error) -> Response:
        """Back to the client's redirect URI where that is safe; else the profile's answer, and the cause in syslog."""
        if error.redirect_uri:
            return self._sent_back(request, error)
        self.log(message_of(error))
        asked = cast("InstanceRequest", request)
        return self.handle_refusal(asked, error, self.profile_of(asked))

    def handle_refusal(self, asked: InstanceRequest, error: OAuth2Error, profile: Profile) -> Response:
        refusal = refusal_of(error, profile, by_basic=uses_basic(asked))
        response = self.handle_response(refusal.status, refusal.body, [])
        response.headers.update(refusal.headers)
        return response

    def profile_of(self, request: InstanceRequest) -> Profile:
        """Whose words a refusal is in; for a client that nobody knows, the instance's own."""
        client = cast("Client | None", request.client) or request.named_client
        return client.profile if client else self.clients.default_profile

    def log(self, message: str) -> None:
        """Tell the true cause inside (platform 1.3, C), after the request's own transaction is gone (trap 15)."""
        log().warning("oauth.refused", why=message)
        transaction_id = str(g.get("transaction_id", ""))
        write_system_log(self.gate, LOG_SOURCE, message, level=Level.ERROR, transaction_id=transaction_id)

    def _tell_of_issue(self, request: InstanceRequest) -> None:
        client, user = cast("Client | None", request.client), cast("UserAccount | None", request.user)
        log().info(
            "oauth.issued",
            user=user.user_name if user else "",
            client=client.name if client else "",
            grant=request.form.get("grant_type", "")[:80],
        )

    def _sent_back(self, request: OAuth2Request, error: OAuth2Error) -> Response:
        client = cast("Client | None", request.client)
        response = self.handle_response(*error())
        if client is not None and client.is_hardened:
            location = response.headers["Location"]
            response.headers["Location"] = f"{location}&{urlencode({'iss': self.issuer})}"
        return response

    def _repeated(self, error: InvalidRequestError) -> Response:
        self.log(message_of(error))
        return self.handle_response(400, {"error_description": error.description, "error": error.error}, [])

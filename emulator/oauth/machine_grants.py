"""The grants that need no consent page: a user's password, the client itself, and a signed assertion."""

from typing import cast

from authlib.oauth2.rfc6749 import InvalidGrantError, UnauthorizedClientError, UnsupportedGrantTypeError
from authlib.oauth2.rfc6749.grants import BaseGrant, ClientCredentialsGrant, TokenEndpointMixin
from authlib.oauth2.rfc6749.grants import ResourceOwnerPasswordCredentialsGrant as _PasswordGrant

from ..identity.accounts import UserAccount
from ..identity.users import LoginRefused
from .assertions import Assertion, unverified_audience
from .client_authentication import uses_basic
from .clients import JWT_BEARER, Client
from .grants import AUTH_METHODS, issue, transaction_of
from .refusals import NoApplicationUserError
from .requests import InstanceRequest
from .server import OAuthServer

SUBJECT_FIELDS = frozenset({"email", "user_name", "sys_id"})
"""What *User field* of a client may name (platform 2.1, D)."""

Response = tuple[int, dict[str, str | int], list[tuple[str, str]]]


class _Written:
    """A grant that writes its tokens in one transaction, for a user known by then."""

    request: InstanceRequest
    server: OAuthServer

    def _respond(self, user: str, grant_type: str, *, with_refresh: bool, used: Assertion | None = None) -> Response:
        self.server.eligibility.check(user, grant_type)
        with self.server.gate.transaction() as transaction:
            self.request.transaction = transaction
            account = self.server.eligibility.usable(user, transaction)
            if used is not None:
                self.server.assertions.use(transaction.connection, cast("Client", self.request.client), used)
            scope = (self.request.payload.scope if self.request.payload else "") or ""
            body = issue(self.server, self.request, account, scope, with_refresh=with_refresh).body
            assert transaction_of(self.request) is transaction
        return 200, dict(body), []


class PasswordGrant(_Written, _PasswordGrant):
    """User ID and password for tokens, always with a refresh token (platform 1.3, D)."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    server: OAuthServer
    request: InstanceRequest

    def validate_token_request(self) -> None:
        if self.server.properties.password_grant_disabled:
            raise UnsupportedGrantTypeError(self.GRANT_TYPE)
        super().validate_token_request()

    def authenticate_user(self, username: str, password: str) -> UserAccount:
        """As any program logs in: wrong passwords count, and lock the user out in the end."""
        try:
            return self.server.users.authenticate_for_api(username, password)
        except LoginRefused as refused:
            raise InvalidGrantError(refused.cause.value) from refused

    def create_token_response(self) -> Response:  # type: ignore[override]
        user = cast("UserAccount", self.request.user)
        return self._respond(user.sys_id, self.GRANT_TYPE, with_refresh=True)


class OwnGrant(_Written, ClientCredentialsGrant):
    """The client's own token, which acts as its OAuth Application User (platform 1.3, D). No refresh token."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    server: OAuthServer
    request: InstanceRequest

    def validate_token_request(self) -> None:
        super().validate_token_request()
        client = cast("Client", self.request.client)
        if not self.server.properties.client_credentials_enabled:
            raise UnauthorizedClientError(
                "The property glide.oauth.inbound.client.credential.grant_type.enabled is off"
            )
        if self.request.auth_method == "none":
            raise UnauthorizedClientError("A public client has no token of its own")
        if not client.application_user:
            raise NoApplicationUserError(client.sys_id)

    def create_token_response(self) -> Response:  # type: ignore[override]
        user = cast("Client", self.request.client).application_user
        return self._respond(user, self.GRANT_TYPE, with_refresh=False)


class JwtBearerGrant(_Written, BaseGrant, TokenEndpointMixin):
    """A signed assertion for an access token of the user it names (RFC 7523; platform 1.3, D)."""

    GRANT_TYPE = JWT_BEARER
    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    server: OAuthServer
    request: InstanceRequest
    _assertion: Assertion
    _user: UserAccount

    def validate_token_request(self) -> None:
        text = self.request.form.get("assertion", "")
        client = self._client(text)
        self.request.client = client
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("The client may not use assertions")
        self._assertion = self.server.assertions.verify(client, text)
        self._user = self._subject(client, self._assertion.subject)

    def create_token_response(self) -> Response:  # type: ignore[override]
        return self._respond(self._user.sys_id, self.GRANT_TYPE, with_refresh=False, used=self._assertion)

    def _client(self, text: str) -> Client:
        """A public client may send the assertion alone (platform 1.3, D)."""
        if self.request.form.get("client_id") or uses_basic(self.request):
            return self.server.authenticate_client(self.request, self.TOKEN_ENDPOINT_AUTH_METHODS)
        client = self.request.named_client = self.server.query_client(unverified_audience(text))
        if client is None or not client.is_public:
            raise InvalidGrantError("No client_id, and the assertion's aud is not a public client")
        return client

    def _subject(self, client: Client, subject: str) -> UserAccount:
        """The only active user with this value of the client's User field."""
        element = client.user_field
        named = self.server.users.named(element, subject, active=True) if element in SUBJECT_FIELDS else ()
        if len(named) != 1:
            raise InvalidGrantError(f"No single active user has this {element}")
        return named[0]


MACHINE_GRANTS: tuple[type[BaseGrant], ...] = (PasswordGrant, OwnGrant, JwtBearerGrant)

"""The grants, on Authlib's. Each writes in one transaction, and time comes from the instance's clock.

The platform's default profile. What differs in another one is a subclass's answer to one of these methods.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    AccessDeniedError,
    ClientMixin,
    InvalidGrantError,
    InvalidRequestError,
    OAuth2Request,
    TokenMixin,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant as _AuthorizationCodeGrant
from authlib.oauth2.rfc6749.grants import RefreshTokenGrant as _RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge

from ..identity.users import UserAccount
from ..records.gate import Transaction
from . import policy
from .clients import SCOPE, Client
from .codes import Approval, IssuedCode
from .credentials import Credential, Dead, TokenType
from .requests import InstanceRequest

if TYPE_CHECKING:
    from .server import OAuthServer

AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

INVALID_TOKEN = "The provided OAuth token is not valid"  # noqa: S105 - a sentence of the platform's log (1.3, C)


class InvalidTokenError(OAuth2Error):
    """A refresh token that does not live; named in the log as the platform names it (platform 1.3, C)."""

    error = "invalid_token"
    description = INVALID_TOKEN


class AuthorizationCodeGrant(_AuthorizationCodeGrant):
    """A code for a consent, tokens for a code."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    server: "OAuthServer"

    @staticmethod
    def validate_authorization_redirect_uri(request: OAuth2Request, client: ClientMixin) -> str:
        """Authlib's own would quote the refused URI in an error that may hold ASCII only, and fail."""
        given = request.payload.redirect_uri if request.payload else None
        uri = given or client.get_default_redirect_uri()
        if not uri or not client.check_redirect_uri(uri):
            raise InvalidRequestError("Invalid redirect_uri")
        return uri

    def create_authorization_response(
        self, redirect_uri: str, grant_user: UserAccount | None
    ) -> tuple[int, str, list[tuple[str, str]]]:
        if grant_user is None:
            raise AccessDeniedError("", redirect_uri=redirect_uri)
        return super().create_authorization_response(redirect_uri, grant_user)

    def generate_authorization_code(self) -> str:
        """86 characters, as recorded (platform 1.1, D)."""
        return self.server.ids.token(64)

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        client = cast("Client", request.client)
        parameters: Mapping[str, str] = request.payload.data if request.payload else {}
        user: UserAccount = request.user  # type: ignore[assignment]
        self.server.codes.save(
            code,
            Approval(
                entity=client.sys_id,
                user=user.sys_id,
                redirect_uri=parameters.get("redirect_uri", ""),
                code_challenge=parameters.get("code_challenge", ""),
                code_challenge_method=parameters.get("code_challenge_method", ""),
                lifespan=client.code_lifespan,
            ),
        )

    def query_authorization_code(self, code: str, client: ClientMixin) -> IssuedCode:
        found = self.server.codes.find(code)
        if found is None:
            raise InvalidGrantError("The authorization code is unknown")
        if found.entity != cast("Client", client).sys_id:
            if not policy.CODE_STAYS_FOR_ITS_OWNER:
                self.server.codes.burn(found)
            raise InvalidGrantError("The authorization code was issued to another client")
        if found.used_at is not None:
            raise InvalidGrantError("The authorization code was used before")
        if self.server.clock.now() >= found.expires:
            raise InvalidGrantError("The authorization code has expired")
        return found

    def create_token_response(self) -> tuple[int, str, list[tuple[str, str]]]:
        request = cast("InstanceRequest", self.request)
        code: IssuedCode = request.authorization_code  # type: ignore[assignment]
        with self.server.gate.transaction() as transaction:
            request.transaction = transaction
            if not self.server.codes.redeem(transaction.connection, code):
                raise InvalidGrantError("The authorization code was used before")
            return super().create_token_response()

    def authenticate_user(self, authorization_code: IssuedCode) -> UserAccount:
        return _usable(self.server, authorization_code.user, self.request)

    def generate_token(self, user: UserAccount, **_: object) -> dict[str, str | int]:  # type: ignore[override]
        client = cast("Client", self.request.client)
        return dict(self.server.credentials.issue(_transaction(self.request), client, user).body)

    def delete_authorization_code(self, authorization_code: IssuedCode) -> None:
        """Already used up, before the tokens were written."""


class S256Challenge(CodeChallenge):
    """PKCE by S256. A verifier that does not fit burns the code: its sender stole the one or lost the other."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"] if policy.PLAIN_CHALLENGE_REFUSED else ["S256", "plain"]

    def validate_code_challenge(self, grant: AuthorizationCodeGrant, redirect_uri: str) -> None:
        super().validate_code_challenge(grant, redirect_uri)
        parameters: Mapping[str, str] = grant.request.payload.data if grant.request.payload else {}
        if cast("Client", grant.request.client).is_public and not parameters.get("code_challenge"):
            raise InvalidRequestError("Missing 'code_challenge'")
        named = parameters.get("code_challenge_method")
        if parameters.get("code_challenge") and not named and policy.PLAIN_CHALLENGE_REFUSED:
            raise InvalidRequestError("Missing 'code_challenge_method'")

    def validate_code_verifier(self, grant: AuthorizationCodeGrant, result: object) -> None:
        try:
            super().validate_code_verifier(grant, result)
        except OAuth2Error:
            code = grant.request.authorization_code
            if code is not None and policy.FOREIGN_VERIFIER_BURNS_CODE:
                grant.server.codes.burn(code)
            raise


class LiveRefreshToken(TokenMixin):
    """A refresh token that lives, in the form Authlib's grant works with."""

    def __init__(self, credential: Credential) -> None:
        self.credential = credential

    def check_client(self, client: Client) -> bool:
        return client.sys_id == self.credential.entity

    def get_scope(self) -> str:
        return SCOPE


class RefreshTokenGrant(_RefreshTokenGrant):
    """The live access token again, or a new one. No rotation: the refresh token stays (platform 1.5, D)."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    server: "OAuthServer"

    def authenticate_refresh_token(self, refresh_token: str) -> LiveRefreshToken:
        judged = self.server.credentials.judge(refresh_token, TokenType.REFRESH)
        if isinstance(judged, Dead):
            raise InvalidTokenError
        return LiveRefreshToken(judged)

    def create_token_response(self) -> tuple[int, str, list[tuple[str, str]]]:
        with self.server.gate.transaction() as transaction:
            cast("InstanceRequest", self.request).transaction = transaction
            return super().create_token_response()

    def authenticate_user(self, refresh_token: LiveRefreshToken) -> UserAccount:
        return _usable(self.server, refresh_token.credential.account.sys_id, self.request)

    def issue_token(self, user: UserAccount, refresh_token: TokenMixin) -> dict[str, str | int]:  # noqa: ARG002
        client = cast("Client", self.request.client)
        credential = cast("LiveRefreshToken", refresh_token).credential
        issued = self.server.credentials.refresh(_transaction(self.request), client, credential)
        if issued is None:
            raise InvalidTokenError
        return dict(issued.body)

    def revoke_old_credential(self, refresh_token: TokenMixin) -> None:
        """It stays."""


def _transaction(request: OAuth2Request) -> Transaction:
    transaction = cast("InstanceRequest", request).transaction
    assert transaction is not None
    return transaction


def _usable(server: "OAuthServer", sys_id: str, request: OAuth2Request) -> UserAccount:
    """The user inside the transaction. Raises InvalidGrantError unless active and not locked out."""
    account = server.users.by_id(sys_id, _transaction(request))
    if account is None or not account.is_usable:
        raise InvalidGrantError("The user is inactive, locked out or gone")
    return account

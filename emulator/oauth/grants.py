"""The grants in which a user takes part, on Authlib's. Each writes in one transaction, by the instance's clock."""

from collections.abc import Mapping
from typing import cast
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    AccessDeniedError,
    ClientMixin,
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Request,
    TokenMixin,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant as _AuthorizationCodeGrant
from authlib.oauth2.rfc6749.grants import RefreshTokenGrant as _RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge

from ..identity.accounts import UserAccount
from ..records.gate import Transaction
from . import policy
from .clients import Client
from .codes import Approval, IssuedCode
from .credentials import IssuedTokens
from .families import Replayed
from .judging import Credential, Dead, TokenType
from .refusals import InvalidTokenError
from .requests import InstanceRequest
from .server import OAuthServer

AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]


class AuthorizationCodeGrant(_AuthorizationCodeGrant):
    """A code for a consent, tokens for a code."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    server: OAuthServer

    @staticmethod
    def validate_authorization_redirect_uri(request: OAuth2Request, client: ClientMixin) -> str:
        """Authlib's own would quote the refused URI in an error that may hold ASCII only, and fail."""
        uri = redirect_uri_of(cast("Client", client), request.payload.redirect_uri if request.payload else None)
        if uri is None:
            raise InvalidRequestError("Invalid redirect_uri")
        return uri

    def create_authorization_response(
        self, redirect_uri: str, grant_user: UserAccount | None
    ) -> tuple[int, str, list[tuple[str, str]]]:
        if grant_user is None:
            raise AccessDeniedError("", redirect_uri=redirect_uri)
        _check_scope(self.request, cast("Client", self.request.client), redirect_uri)
        status, body, headers = super().create_authorization_response(redirect_uri, grant_user)
        if cast("Client", self.request.client).is_hardened:  # RFC 9207: who answers
            headers = [(name, f"{value}&{urlencode({'iss': self.server.issuer})}") for name, value in headers]
        return status, body, headers

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
                scope=parameters.get("scope", ""),
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
            raise self._used_before(found, cast("Client", client))
        if self.server.clock.now() >= found.expires:
            raise InvalidGrantError("The authorization code has expired")
        return found

    def create_token_response(self) -> tuple[int, str, list[tuple[str, str]]]:
        request = cast("InstanceRequest", self.request)
        code: IssuedCode = request.authorization_code  # type: ignore[assignment]
        self.server.eligibility.check(code.user, self.GRANT_TYPE)
        with self.server.gate.transaction() as transaction:
            request.transaction = transaction
            if self.server.codes.redeem(transaction.connection, code):
                return super().create_token_response()
        raise self._used_before(code, cast("Client", request.client))

    def authenticate_user(self, authorization_code: IssuedCode) -> UserAccount:
        return self.server.eligibility.usable(authorization_code.user, transaction_of(self.request))

    def generate_token(self, user: UserAccount, **_: object) -> dict[str, str | int]:  # type: ignore[override]
        code: IssuedCode = self.request.authorization_code  # type: ignore[assignment]
        return dict(issue(self.server, self.request, user, code.scope, family=code.family).body)

    def delete_authorization_code(self, authorization_code: IssuedCode) -> None:
        """Already used up, before the tokens were written."""

    def _used_before(self, code: IssuedCode, client: Client) -> OAuth2Error:
        """The refusal. A hardened client's first tokens end with it: one of the two users stole the code (A15)."""
        if client.is_hardened:
            self.server.credentials.revoke_family(code.family)
        return InvalidGrantError("The authorization code was used before")


class S256Challenge(CodeChallenge):
    """PKCE by S256. A verifier that does not fit burns the code: its sender stole the one or lost the other."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"] if policy.PLAIN_CHALLENGE_REFUSED else ["S256", "plain"]

    def validate_code_challenge(self, grant: AuthorizationCodeGrant, redirect_uri: str) -> None:
        super().validate_code_challenge(grant, redirect_uri)
        parameters: Mapping[str, str] = grant.request.payload.data if grant.request.payload else {}
        client = cast("Client", grant.request.client)
        if (client.is_public or client.is_hardened) and not parameters.get("code_challenge"):
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
        return self.credential.scope


class RefreshTokenGrant(_RefreshTokenGrant):
    """The live access token again, or a new one. No rotation: the refresh token stays (platform 1.5, D).

    A hardened client's is rotated.
    """

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    server: OAuthServer

    def authenticate_refresh_token(self, refresh_token: str) -> LiveRefreshToken:
        judged = self.server.judge.token(refresh_token, TokenType.REFRESH, rotated_too=True)
        if isinstance(judged, Dead):
            raise InvalidTokenError
        return LiveRefreshToken(judged)

    def create_token_response(self) -> tuple[int, str, list[tuple[str, str]]]:
        token = cast("LiveRefreshToken", self.request.refresh_token)
        self.server.eligibility.check(token.credential.account.sys_id, self.GRANT_TYPE)
        try:
            with self.server.gate.transaction() as transaction:
                cast("InstanceRequest", self.request).transaction = transaction
                return super().create_token_response()
        except Replayed as replayed:
            self.server.credentials.revoke_family(replayed.family)
            raise InvalidGrantError("The refresh token was used before; its family is revoked") from replayed

    def authenticate_user(self, refresh_token: LiveRefreshToken) -> UserAccount:
        return self.server.eligibility.usable(refresh_token.credential.account.sys_id, transaction_of(self.request))

    def issue_token(self, user: UserAccount, refresh_token: TokenMixin) -> dict[str, str | int]:
        client = cast("Client", self.request.client)
        credential = cast("LiveRefreshToken", refresh_token).credential
        if client.is_hardened and not credential.family:
            raise InvalidGrantError("The refresh token was issued before the client was hardened")
        scope = (self.request.payload.scope if self.request.payload else "") or ""
        transaction = transaction_of(self.request)
        issued = (
            self.server.families.rotate(transaction, client, credential, scope)
            if credential.family
            else self.server.credentials.refresh(transaction, client, credential, scope)
        )
        if not isinstance(issued, IssuedTokens):
            raise InvalidTokenError
        return dict(self.server.in_its_format(issued, client, user).body)

    def revoke_old_credential(self, refresh_token: TokenMixin) -> None:
        """It stays, or was rotated with the issue."""


def redirect_uri_of(client: Client, given: str | None) -> str | None:
    """Where the answer goes: the URI given, or the first registered one for none; None when it may not go there."""
    if not given and (client.is_hardened or not policy.FIRST_REDIRECT_FOR_NONE):
        return None
    uri = given or client.get_default_redirect_uri()
    return uri if uri and client.check_redirect_uri(uri) else None


def issue(
    server: OAuthServer,
    request: OAuth2Request,
    user: UserAccount,
    scope: str = "",
    *,
    with_refresh: bool = True,
    family: str = "",
) -> IssuedTokens:
    """Tokens for the request's client and this user, as the client's profile has it."""
    client = cast("Client", request.client)
    transaction = transaction_of(request)
    with_refresh = with_refresh and (policy.REFRESH_TOKEN_FOR_PUBLIC_CLIENTS or not client.is_public)
    if not client.is_hardened:
        issued = server.credentials.issue(transaction, client, user, scope=scope, with_refresh=with_refresh)
        return server.in_its_format(issued, client, user)
    _check_scope(request, client)
    granted = client.get_allowed_scope(scope)
    family = family or server.ids.sys_id()
    issued = server.families.issue(transaction, client, user, family, granted, refresh=with_refresh)
    return server.in_its_format(issued, client, user)


def _check_scope(request: OAuth2Request, client: Client, redirect_uri: str | None = None) -> None:
    """Raise InvalidScopeError for what a hardened client may not have; the default profile ignores it (A08)."""
    scope = (request.payload.scope if request.payload else "") or ""
    if client.is_hardened and not client.has_scopes(scope):
        raise InvalidScopeError("A requested scope cannot be granted", redirect_uri=redirect_uri)


def transaction_of(request: OAuth2Request) -> Transaction:
    transaction = cast("InstanceRequest", request).transaction
    assert transaction is not None
    return transaction

"""The authorization code grant of OpenID Connect, on Authlib's."""

from collections.abc import Collection
from typing import Any

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import AuthorizationCodeGrant, InvalidClientError
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import request as flask_request
from joserfc.jwk import RSAKey

from ...shared.ids import Ids
from ...shared.signing_keys import ALGORITHM, SigningKeys
from ...shared.web.parts import part
from ..directory import User, Users
from ..directory.token_endpoint import client_credentials
from ..settings import Settings
from .client import RegisteredClient
from .codes import Code, Codes
from .registrations import Registrations

ID_TOKEN_SECONDS = 3600


def find_client(client_id: str) -> RegisteredClient | None:
    registration = part(Registrations).by_client_id(client_id)
    return RegisteredClient(registration) if registration else None


class CodeGrant(AuthorizationCodeGrant):
    """For registered instances alone. The code is used up before anything else is looked at."""

    def authenticate_token_endpoint_client(self) -> RegisteredClient:
        client_id, secret = client_credentials(flask_request)
        client = find_client(client_id)
        if client is None or not client.check_client_secret(secret):
            raise InvalidClientError(status_code=401)
        self.request.auth_method = "client_secret"
        return client

    def generate_authorization_code(self) -> str:
        return part(Ids).token(48)

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        assert request.payload is not None
        assert request.client is not None
        assert isinstance(request.user, User)
        asked, codes = request.payload.data, part(Codes)
        kept = Code(
            client_id=request.client.get_client_id(),
            user_id=request.user.id,
            redirect_uri=asked["redirect_uri"],
            scope=request.scope,
            nonce=asked.get("nonce", ""),
            code_challenge=asked.get("code_challenge", ""),
            signed_in_at=codes.now(),
        )
        codes.keep(code, kept)

    def query_authorization_code(self, code: str, client: RegisteredClient) -> Code | None:  # type: ignore[override]
        return part(Codes).take(code, client.client_id)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Taking it has deleted it."""

    def authenticate_user(self, authorization_code: Code) -> User | None:
        return part(Users).by_id(authorization_code.user_id)


class S256(CodeChallenge):
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - as the base class has it
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"


class IdToken(OpenIDCode):
    """Signed with the tenant's current key, at the tenant's time."""

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:  # noqa: ARG002
        """A repeated nonce is the client's to notice: only it knows which it has used."""
        return False

    def get_client_algorithm(self, client: RegisteredClient) -> str:  # noqa: ARG002
        return ALGORITHM

    def get_encode_header(self, client: RegisteredClient) -> dict[str, str]:  # noqa: ARG002
        return {"alg": ALGORITHM, "typ": "JWT", "kid": part(SigningKeys).current().kid}

    def resolve_client_private_key(self, client: RegisteredClient) -> RSAKey:  # noqa: ARG002
        return RSAKey.import_key(part(SigningKeys).current().jwk)

    def get_compatible_claims(self, request: OAuth2Request) -> dict[str, Any]:
        assert request.client is not None
        now = int(part(Codes).now().timestamp())
        return {
            "iss": issuer(part(Settings)),
            "aud": request.client.get_client_id(),
            "iat": now,
            "nbf": now,
            "exp": now + ID_TOKEN_SECONDS,
        }

    def generate_user_info(self, user: User, scope: str) -> UserInfo:
        return UserInfo(claims_of(user, scope.split()))


def claims_of(user: User, scope: Collection[str]) -> dict[str, str]:
    """What a client that was given ``scope`` learns of somebody, by Azure Active Directory's names."""
    claims = {"sub": user.id, "oid": user.id}
    if "profile" in scope:
        claims |= {"name": user.name, "preferred_username": user.upn, "upn": user.upn}
    if "email" in scope:
        claims["email"] = user.mail
    return claims


def issuer(settings: Settings) -> str:
    return f"{settings.url.rstrip('/')}/{settings.tenant}/v2.0"

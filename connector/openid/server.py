"""The tenant's one authorization server, made when somebody first asks: its libraries are not needed for the start."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from flask import Flask, abort

from ..settings import Settings

if TYPE_CHECKING:
    from authlib.integrations.flask_oauth2 import AuthorizationServer


class OpenIDServer:
    def __init__(self, app: Flask) -> None:
        self._app = app

    @cached_property
    def authlib(self) -> "AuthorizationServer":
        from ..directory.token_endpoint import make_server
        from .grant import S256, CodeGrant, IdToken, find_client

        server = make_server(self._app, find_client)
        server.register_grant(CodeGrant, [S256(), IdToken()])
        return server


def check_tenant(settings: Settings, name: str) -> None:
    """The address names the tenant, by its name or its domain; any other is not here."""
    if name not in {settings.tenant, settings.domain}:
        abort(404)


def configuration(settings: Settings) -> Mapping[str, object]:
    """The answer of the discovery address (OpenID Connect Discovery 1.0, 3)."""
    base = f"{settings.url.rstrip('/')}/{settings.tenant}"
    return {
        "issuer": f"{base}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "userinfo_endpoint": f"{base}/openid/userinfo",
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials", "password"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile", "email"],
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "nbf", "auth_time", "nonce", "oid", "name", "preferred_username", "upn",
            "email",
        ],
    }  # fmt: skip

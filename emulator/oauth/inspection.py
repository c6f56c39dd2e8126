"""What only hardened clients get: introspection, revocation by its owner alone, and the server's description."""

from collections.abc import Mapping
from datetime import datetime

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError
from flask import Request, Response

from .clients import GRANT_TYPES, Client
from .judging import Dead, TokenType
from .profiles import Profile
from .requests import InstanceRequest, check_not_repeated
from .server import OAuthServer

INACTIVE = {"active": False}
"""Whatever is no live token of the asking client looks alike (RFC 7662 2.2)."""


def introspect(server: OAuthServer, request: Request) -> Response | None:
    """Tell a hardened client of a token of its own; None for anybody else: ServiceNow has no such endpoint."""
    asked = InstanceRequest(request, query=False, body=True)
    try:
        check_not_repeated(asked.payload)
        client = server.authenticate_client(asked, [])
        if client.is_hardened and asked.auth_method == "none":
            raise InvalidClientError("A public client cannot show that it may ask")
    except OAuth2Error as error:
        known = asked.named_client
        if (known.profile if known else server.clients.default_profile) is not Profile.HARDENED:
            return None
        return server.handle_error_response(asked, error)
    if not client.is_hardened:
        return None
    return server.handle_response(200, dict(_told(server, client, asked.form.get("token", ""))), [])


def revoke(server: OAuthServer, request: Request) -> Response:
    """End a token. A hardened client's needs the client itself; ServiceNow asks nobody who they are (1.0, D)."""
    asked = InstanceRequest(request, query=True, body=True)
    token = asked.form.get("token", "")
    owner = server.credentials.owner_of(token)
    if owner is None or not owner.hardened:
        server.credentials.revoke(token)
        return server.handle_response(200, "", [])
    try:
        client = server.authenticate_client(InstanceRequest(request, query=False, body=True), [])
    except OAuth2Error as error:
        server.log(f"Exception on token revocation - {error.error}")
        return server.handle_refusal(asked, error, Profile.HARDENED)
    if client.sys_id == owner.entity:
        server.credentials.revoke(token)
    return server.handle_response(200, "", [])


def metadata(server: OAuthServer) -> Mapping[str, object] | None:
    """The server as RFC 8414 describes one, once a client of it is hardened; it lists what works for those."""
    if not server.clients.any_hardened():
        return None
    at = server.issuer
    ways = ["client_secret_basic", "client_secret_post"]
    return {
        "issuer": at,
        "authorization_endpoint": f"{at}/oauth_auth.do",
        "token_endpoint": f"{at}/oauth_token.do",
        "revocation_endpoint": f"{at}/oauth_revoke_token.do",
        "introspection_endpoint": f"{at}/oauth_introspect.do",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": sorted(_working_grants(server)),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": [*ways, "none"],
        "revocation_endpoint_auth_methods_supported": [*ways, "none"],
        "introspection_endpoint_auth_methods_supported": ways,
        "authorization_response_iss_parameter_supported": True,
    }


def _working_grants(server: OAuthServer) -> frozenset[str]:
    off = set() if server.properties.client_credentials_enabled else {"client_credentials"}
    return GRANT_TYPES[Profile.HARDENED] - off


def _told(server: OAuthServer, client: Client, token: str) -> Mapping[str, object]:
    for kind in TokenType:
        judged = server.judge.token(token, kind)
        if isinstance(judged, Dead) or judged.entity != client.sys_id:
            continue
        return {
            "active": True,
            "scope": judged.scope,
            "client_id": client.client_id,
            "username": judged.account.user_name,
            "token_type": "Bearer" if kind is TokenType.ACCESS else kind.value,
            "exp": _seconds(server.credentials.expiry_of(judged)),
            "sub": judged.account.sys_id,
            "iss": server.issuer,
        }
    return INACTIVE


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0

"""The provider's addresses: discovery, keys, authorize, userinfo. The token endpoint is the API's own."""

from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from ...shared.signing_keys import SigningKeys
from ...shared.web.parts import part
from ..directory import current_user
from ..directory.access_tokens import AccessTokens
from ..settings import Settings
from .registrations import Registrations
from .server import OpenIDServer, check_tenant, configuration

blueprint = Blueprint("openid", __name__)

AUTHORIZE = "/oauth2/v2.0/authorize"


@blueprint.get("/<tenant>/v2.0/.well-known/openid-configuration")
def discovery(tenant: str) -> Response:
    settings = part(Settings)
    check_tenant(settings, tenant)
    return jsonify(configuration(settings))


@blueprint.get("/<tenant>/discovery/v2.0/keys")
def keys(tenant: str) -> Response:
    check_tenant(part(Settings), tenant)
    return jsonify({"keys": part(SigningKeys).published()})


@blueprint.get("/<tenant>/oauth2/v2.0/authorize")
def authorize(tenant: str) -> AnyResponse:
    """Send a signed-in person back to the application with a code; anybody else signs in first."""
    from .authorizing import answer_authorization

    check_tenant(part(Settings), tenant)
    return answer_authorization(part(OpenIDServer).authlib, current_user())


@blueprint.get("/<tenant>/openid/userinfo")
def userinfo(tenant: str) -> Response:
    from .grant import claims_of

    check_tenant(part(Settings), tenant)
    scheme, _separator, token = request.headers.get("Authorization", "").partition(" ")
    found = part(AccessTokens).signed_in_holder(token.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        response = jsonify({"error": "invalid_token"})
        response.status_code = 401
        response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return response
    user, scope = found
    return jsonify(claims_of(user, scope.split()))


def origin_behind(wanted: str) -> str:
    """The application's address to which the sign-in page's form leads in the end, when it leads to an application."""
    parts = urlsplit(wanted)
    settings = part(Settings)
    if parts.path not in {f"/{settings.tenant}{AUTHORIZE}", f"/{settings.domain}{AUTHORIZE}"}:
        return ""
    client_id = parse_qs(parts.query).get("client_id", [""])[0]
    client = part(Registrations).by_client_id(client_id)
    return client.redirect_uri if client else ""

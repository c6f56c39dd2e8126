"""The endpoints that programs call: token, revocation, introspection, description."""

from typing import NoReturn

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from ...shared.signing_keys import SigningKeys
from ...shared.web.parts import part
from . import inspection
from .server import OAuthServer

blueprint = Blueprint("oauth", __name__)


@blueprint.post("/oauth_token.do")
def token() -> Response:
    """Answers every grant, form-encoded (platform 1.3)."""
    return part(OAuthServer).create_token_response()


@blueprint.route("/oauth_token.do", methods=["GET", "PUT", "PATCH", "DELETE"])
def token_by_another_method() -> NoReturn:
    """Said here, or the address would be taken for a table's form."""
    raise MethodNotAllowed(valid_methods=["POST"])


@blueprint.route("/oauth_revoke_token.do", methods=["GET", "POST"])
@blueprint.route("/oauth_revoke.do", methods=["GET", "POST"])
def revoke() -> Response:
    """Revokes ``token``, access or refresh. It needs no authentication (platform 1.0, D); both paths answer (rest 10).

    A hardened client's token is revoked by that client alone.

    What the platform answers is not documented: ours is an empty 200 for any token, known or not (RFC 7009).
    """
    return inspection.revoke(part(OAuthServer), request)


@blueprint.post("/oauth_introspect.do")
def introspect() -> Response:
    """What a token stands for (RFC 7662), for hardened clients; for others the page does not exist."""
    told = inspection.introspect(part(OAuthServer), request)
    if told is None:
        raise NotFound
    return told


@blueprint.get("/api/now/oauth/jwks")
def jwks() -> Response:
    """The keys that sign access tokens of the format JWT; a rotated one goes after 105 days (platform 1.0, D)."""
    return jsonify({"keys": part(SigningKeys).published()})


@blueprint.get("/.well-known/oauth-authorization-server")
def metadata() -> Response:
    """The server's description (RFC 8414), where a client is hardened; ServiceNow has none."""
    described = inspection.metadata(part(OAuthServer))
    if described is None:
        raise NotFound
    return jsonify(described)

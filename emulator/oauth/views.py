"""The token and revocation endpoints."""

from typing import NoReturn

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed

from ...shared.web.parts import part
from .credentials import Credentials
from .server import NO_STORE, OAuthServer

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

    What the platform answers is not documented: ours is an empty 200 for any token, known or not (RFC 7009).
    """
    part(Credentials).revoke(request.values.get("token", ""))
    return Response("", status=200, headers=NO_STORE)

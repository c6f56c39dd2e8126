"""The routes that only the tenant's lab has."""

from flask import Response, jsonify, request

from ...shared.web.lab_input import lab_input, nothing
from ...shared.web.parts import part
from ..openid import SigningKeys


def rotate_keys() -> Response:
    """Sign id tokens with a new key from now on; the one before stays published for a day."""
    nothing(lab_input(request))
    kid = part(SigningKeys).rotate()
    return jsonify({"kid": kid, "published": [key["kid"] for key in part(SigningKeys).published()]})

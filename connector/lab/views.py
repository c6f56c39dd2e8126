"""The routes that only the tenant's lab has."""

from flask import Response, current_app, jsonify, request

from ...shared.web.lab_input import lab_input, nothing
from ...shared.web.parts import part
from ...shared.web.routes import api_routes
from ..connection import SealedSecrets
from ..openid import SigningKeys
from ..settings import Settings


def rotate_signing_keys() -> Response:
    """Sign id tokens with a new key from now on; the one before stays published for a day."""
    nothing(lab_input(request))
    kid = part(SigningKeys).rotate()
    return jsonify({"kid": kid, "published": [key["kid"] for key in part(SigningKeys).published()]})


def sealing_keys() -> Response:
    """The keys that seal the connection's secrets, by name, and how much each has sealed."""
    return jsonify(_sealing_keys())


def rotate_sealing_keys() -> Response:
    """Seal every secret again with the ring's first key."""
    nothing(lab_input(request))
    return jsonify({"sealed_again": part(SealedSecrets).rotate(), **_sealing_keys()})


def openapi() -> Response:
    """The API as an OpenAPI description."""
    from ..api.description import describe

    tenant = part(Settings).tenant
    token = f"/{tenant}/oauth2/v2.0/token"
    return jsonify(describe(f"The API of the tenant {tenant}", request.host_url, token, api_routes(current_app)))


def _sealing_keys() -> dict[str, object]:
    secrets = part(SealedSecrets)
    sealed = secrets.sealed_with()
    names = dict.fromkeys((*secrets.ring_names, *sealed))
    return {
        "keys": [
            {
                "name": name,
                "in_ring": name in secrets.ring_names,
                "writes": name == secrets.ring_names[0],
                "sealed": sealed.get(name, 0),
            }
            for name in names
        ]
    }

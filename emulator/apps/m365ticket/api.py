"""The app's own REST resource, by which the security center learns what it is connected to (ours)."""

from flask import Blueprint, Response

from ....shared.web.parts import part
from ...errors import UnknownResource
from ...records.gate import Gate
from ...releases import release_named
from ...rest.frame import answer, rest_caller, speak_rest
from ...settings import Settings
from .connection import expected_user
from .manifest import SCOPE

blueprint = Blueprint("m365ticket_api", __name__, url_prefix=f"/api/{SCOPE}")
speak_rest(blueprint)


@blueprint.get("/connection", provide_automatic_options=False)
def connection() -> Response:
    """App version, release, who asks, and who should. Any authenticated user may ask: the wrong one has to be told."""
    gate = part(Gate)
    app = gate.snapshot().policy.scopes.get(SCOPE)
    if app is None:  # before anybody is asked who he is: an address that is none is so for everybody
        raise UnknownResource
    caller = rest_caller()
    result = {
        "app_version": app.version,
        "release": release_named(part(Settings).release).name,
        "connected_user": caller.user_name,
        "expected_user": expected_user(gate),
    }
    return answer({"result": result})

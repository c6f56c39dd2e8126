"""The API of the connection, and of the caller's own account."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify
from marshmallow import fields, validate

from ...shared.openapi import STRING, array
from ...shared.secret import Secret
from ...shared.strict_schema import StrictSchema, Text
from ...shared.web.parts import part
from ..connection.authorization import Authorization, Callback
from ..connection.service import Connections, Credentials
from ..connection.status import ConnectionStatus, Reason, State
from ..directory import User, admin_required, signed_in_user
from ..directory.models import Role
from .described import BOOLEAN, MOMENT, Shape, described, exactly, maybe, one_of
from .frame import api_input

blueprint = Blueprint("api", __name__)

ME = Shape("Me", exactly(id=STRING, upn=STRING, name=STRING, mail=STRING, roles=array(one_of(Role))))
CONNECTION = Shape(
    "Connection",
    exactly(
        status=one_of(State),
        reason=maybe(one_of(Reason)),
        detail=maybe(STRING),
        instance=maybe(STRING),
        instance_url=maybe(STRING),
        client_id=maybe(STRING),
        connected_as=maybe(STRING),
        connected_name=maybe(STRING),
        expected_user=maybe(STRING),
        is_integration_user=maybe(BOOLEAN),
        since=maybe(MOMENT),
        last_call=maybe(MOMENT),
    ),
)


class ConnectionSchema(StrictSchema):
    instance = Text(required=True, validate=validate.Length(1, 300))
    client_id = Text(required=True, validate=validate.Length(1, 255))
    client_secret = Text(required=True, validate=validate.Length(1, 255))


class CallbackSchema(StrictSchema):
    state = Text(required=True, validate=validate.Length(1, 4096))
    code = Text(load_default="", validate=validate.Length(max=4096))
    error = Text(load_default="", validate=validate.Length(max=4096))
    error_description = Text(load_default="", validate=validate.Length(max=4096))
    iss = fields.String(data_key="iss", load_default="", validate=validate.Length(max=4096))


@blueprint.get("/me")
@described(ME)
def me() -> Response:
    """Whoever asks."""
    return jsonify(_user(signed_in_user()))


@blueprint.get("/connection")
@described(CONNECTION)
def connection() -> Response:
    """How the connection to ServiceNow stands."""
    return jsonify(_status(part(Connections).status()))


@blueprint.put("/connection")
@described(CONNECTION, body=ConnectionSchema)
@admin_required
def provision() -> Response:
    """Say which instance, and as which client of it."""
    given = api_input(ConnectionSchema)
    secret = Secret(given["client_secret"])
    part(Connections).provision(Credentials(given["instance"], given["client_id"], secret))
    return connection()


@blueprint.delete("/connection")
@described(None, 204)
@admin_required
def remove() -> tuple[str, int]:
    """Revoke the tokens upstream and erase the connection here."""
    part(Connections).remove()
    return "", 204


@blueprint.post("/connection/authorize")
@described(Shape("Authorizing", exactly(authorize_url=STRING)))
@admin_required
def authorize() -> Response:
    """Set out: where the integration user allows the connection."""
    return jsonify({"authorize_url": part(Authorization).start(_binding())})


@blueprint.post("/connection/callback")
@described(CONNECTION, body=CallbackSchema)
@admin_required
def callback() -> Response:
    """Come back with what the instance has answered."""
    given = api_input(CallbackSchema)
    answer = Callback(given["state"], given["code"], given["error"], given["error_description"], given["iss"])
    part(Authorization).finish(answer, _binding())
    return connection()


def _binding() -> str:
    """Who sets out through the API comes back as the same user."""
    return f"user {signed_in_user().id}"


def _status(status: ConnectionStatus) -> dict[str, Any]:
    return {
        "status": status.state.value,
        "reason": status.reason.value if status.reason else None,
        "detail": status.detail or None,
        "instance": status.instance or None,
        "instance_url": status.instance_url or None,
        "client_id": status.client_id or None,
        "connected_as": status.connected_as or None,
        "connected_name": status.connected_name or None,
        "expected_user": status.expected_user or None,
        "is_integration_user": status.is_integration_user,
        "since": moment(status.since),
        "last_call": moment(status.last_call),
    }


def moment(value: datetime | None) -> str | None:
    """A moment on the wire: ISO 8601 in UTC."""
    return value.isoformat(timespec="seconds").replace("+00:00", "Z") if value is not None else None


def _user(user: User) -> dict[str, Any]:
    return {"id": user.id, "upn": user.upn, "name": user.name, "mail": user.mail, "roles": user.role_names}

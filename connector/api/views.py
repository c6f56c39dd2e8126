"""The API of the connection, and of whoever asks."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify
from marshmallow import fields, validate

from ...shared.secret import Secret
from ...shared.strict_schema import StrictSchema, Text
from ...shared.web.parts import part
from ..connection.authorization import Authorization, Callback
from ..connection.service import Connections, Credentials
from ..connection.status import ConnectionStatus
from ..directory import User, admin_required, signed_in_user
from .frame import api_input

blueprint = Blueprint("api", __name__)


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
def me() -> Response:
    return jsonify(_user(signed_in_user()))


@blueprint.get("/connection")
def connection() -> Response:
    return jsonify(_status(part(Connections).status()))


@blueprint.put("/connection")
@admin_required
def provision() -> Response:
    given = api_input(ConnectionSchema)
    secret = Secret(given["client_secret"])
    part(Connections).provision(Credentials(given["instance"], given["client_id"], secret))
    return connection()


@blueprint.delete("/connection")
@admin_required
def remove() -> tuple[str, int]:
    part(Connections).remove()
    return "", 204


@blueprint.post("/connection/authorize")
@admin_required
def authorize() -> Response:
    return jsonify({"authorize_url": part(Authorization).start(_binding())})


@blueprint.post("/connection/callback")
@admin_required
def callback() -> Response:
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

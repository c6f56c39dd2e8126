"""The API of the directory's people: everybody of the tenant may look, a Global Administrator may change."""

from typing import Any

from flask import Blueprint, Response, jsonify

from ...shared.logs import log
from ...shared.web.parts import part
from ..directory import global_administrator_required, signed_in_user
from ..directory.people import Directory, Person
from ..directory.schemas import NewPersonSchema, PersonChangesSchema
from .frame import api_arguments, api_input, page

blueprint = Blueprint("users_api", __name__, url_prefix="/users")


@blueprint.get("")
def users() -> Response:
    arguments = api_arguments()
    found = part(Directory).page(limit=arguments["limit"] + 1, after=arguments["after"])
    return page(found, arguments["limit"], _shown, lambda person: person.user.upn)


@blueprint.get("/<user_id>")
def user(user_id: str) -> Response:
    return jsonify(_shown(part(Directory).get(user_id)))


@blueprint.post("")
@global_administrator_required
def create() -> tuple[Response, int, dict[str, str]]:
    made = part(Directory).create(**api_input(NewPersonSchema))
    log().info("directory.created", user=made.user.upn, by=signed_in_user().upn)
    return jsonify(_shown(made)), 201, {"Location": f"/api/v1/users/{made.user.id}"}


@blueprint.patch("/<user_id>")
@global_administrator_required
def change(user_id: str) -> Response:
    """Only what is sent is changed; ``roles`` is the whole list of roles."""
    changes = api_input(PersonChangesSchema)
    changed = part(Directory).change(user_id, changes)
    log().info("directory.changed", user=changed.user.upn, what=sorted(changes), by=signed_in_user().upn)
    return jsonify(_shown(changed))


def _shown(person: Person) -> dict[str, Any]:
    user = person.user
    return {
        "id": user.id,
        "upn": user.upn,
        "name": user.name,
        "mail": user.mail,
        "roles": user.role_names,
        "enabled": person.enabled,
    }

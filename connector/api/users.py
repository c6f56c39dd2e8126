"""The API of the directory's people: everybody of the tenant may look, a Global Administrator may change."""

from typing import Any

from flask import Blueprint, Response, jsonify

from ...shared.logs import log
from ...shared.openapi import STRING, array
from ...shared.web.parts import part
from ..directory import global_administrator_required, signed_in_user
from ..directory.models import Role
from ..directory.people import Directory, Person
from ..directory.schemas import NewPersonSchema, PersonChangesSchema
from .described import BOOLEAN, Shape, described, exactly, one_of, page_of
from .frame import AfterSchema, api_arguments, api_input, page

blueprint = Blueprint("users_api", __name__, url_prefix="/users")

PERSON = Shape(
    "Person",
    exactly(id=STRING, upn=STRING, name=STRING, mail=STRING, roles=array(one_of(Role)), enabled=BOOLEAN),
)


@blueprint.get("")
@described(page_of("People", PERSON), query=AfterSchema)
def users() -> Response:
    """The directory's people."""
    arguments = api_arguments()
    found = part(Directory).page(limit=arguments["limit"] + 1, after=arguments["after"])
    return page(found, arguments["limit"], _shown, lambda person: person.user.upn)


@blueprint.get("/<user_id>")
@described(PERSON)
def user(user_id: str) -> Response:
    """One of them."""
    return jsonify(_shown(part(Directory).get(user_id)))


@blueprint.post("")
@described(PERSON, 201, body=NewPersonSchema)
@global_administrator_required
def create() -> tuple[Response, int, dict[str, str]]:
    """Make a person."""
    made = part(Directory).create(**api_input(NewPersonSchema))
    log().info("directory.created", user=made.user.upn, by=signed_in_user().upn)
    return jsonify(_shown(made)), 201, {"Location": f"/api/v1/users/{made.user.id}"}


@blueprint.patch("/<user_id>")
@described(PERSON, body=PersonChangesSchema)
@global_administrator_required
def change(user_id: str) -> Response:
    """Change a person: only what is sent; ``roles`` is the whole list of roles."""
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

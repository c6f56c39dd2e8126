"""Azure Active Directory: the pages on which a Global Administrator keeps the tenant's people."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug import Response

from ...shared.logs import log
from ...shared.web.parts import part
from ..errors import Conflict, messages_by_field
from .models import Role
from .people import Directory
from .schemas import NewPersonSchema, PersonChangesSchema, domains
from .web import global_administrator_required, signed_in_user

blueprint = Blueprint("people", __name__, url_prefix="/azureActiveDirectory")

SHOWN = 100
HOME = "/azureActiveDirectory/users"
Page = str | Response | tuple[str, int]


@blueprint.get("")
@global_administrator_required
def home() -> Response:
    return redirect(HOME, 303)


@blueprint.get("/users")
@global_administrator_required
def people() -> Page:
    found = part(Directory).page(limit=SHOWN + 1, after=request.args.get("after"))
    further = found[SHOWN - 1].user.upn if len(found) > SHOWN else None
    return render_template("directory/people.html", people=found[:SHOWN], further=further)


@blueprint.get("/users/new")
@global_administrator_required
def new() -> Page:
    return _form({}, {})


@blueprint.post("/users/new")
@global_administrator_required
def create() -> Page:
    given = {name: request.form.get(name, "") for name in ("name", "upn", "mail", "password")}
    given = {name: value for name, value in given.items() if value or name != "mail"}
    try:
        made = part(Directory).create(**NewPersonSchema().load({**given, "roles": request.form.getlist("roles")}))
    except ValidationError as error:
        return _form(given, _texts(error)), 422
    except Conflict as error:
        return _form(given, {"upn": [_(error.detail)]}), 409
    log().info("directory.created", user=made.user.upn, by=signed_in_user().upn)
    flash(_("%(name)s was created.", name=made.user.name), "success")
    return redirect(f"{HOME}/{made.user.id}", 303)


@blueprint.get("/users/<user_id>")
@global_administrator_required
def person(user_id: str) -> Page:
    return _person(user_id)


@blueprint.post("/users/<user_id>/roles")
@global_administrator_required
def assign(user_id: str) -> Page:
    return _change(user_id, {"roles": request.form.getlist("roles")}, _("The roles were saved."))


@blueprint.post("/users/<user_id>/enabled")
@global_administrator_required
def enable(user_id: str) -> Page:
    enabled = request.form.get("enabled") == "true"
    return _change(user_id, {"enabled": enabled}, _("The user can sign in.") if enabled else _("The user is blocked."))


@blueprint.post("/users/<user_id>/password")
@global_administrator_required
def set_password(user_id: str) -> Page:
    return _change(user_id, {"password": request.form.get("password", "")}, _("The password was changed."))


def _change(user_id: str, given: dict[str, Any], done: str) -> Page:
    try:
        changed = part(Directory).change(user_id, PersonChangesSchema().load(given))
    except ValidationError as error:
        return _person(user_id, " ".join(text for texts in _texts(error).values() for text in texts)), 422
    except Conflict as error:
        return _person(user_id, _(error.detail)), 409
    log().info("directory.changed", user=changed.user.upn, what=sorted(given), by=signed_in_user().upn)
    flash(done, "success")
    return redirect(f"{HOME}/{user_id}", 303)


def _person(user_id: str, problem: str = "") -> str:
    found = part(Directory).get(user_id)
    return render_template("directory/person.html", person=found, roles=list(Role), problem=problem)


def _form(values: dict[str, str], errors: dict[str, list[str]]) -> str:
    chosen = request.form.getlist("roles")
    return render_template(
        "directory/new_person.html", values=values, errors=errors, roles=list(Role), chosen=chosen, domain=domains()[0]
    )


def _texts(error: ValidationError) -> dict[str, list[str]]:
    """What is wrong with each field, in the reader's language."""
    return {name: [_(each) for each in messages] for name, messages in messages_by_field(error).items()}

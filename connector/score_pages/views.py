"""The pages' views."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug import Response

from ...shared.web.parts import part
from ..connection.service import Connections
from ..directory import admin_required, sign_in_required, signed_in_user
from ..securescore import SecureScore, texts
from ..securescore.listing import ActionFilter, chosen, grouped
from ..securescore.models import SETTABLE, ActionStatus
from ..settings import Settings
from ..tickets import StateNames, Tickets
from .share import share_entries

blueprint = Blueprint("securescore", __name__, url_prefix="/securescore")


class DecisionSchema(Schema):
    """What the Manage form sends, beside its tokens."""

    status = fields.Enum(ActionStatus, by_value=True, required=True, validate=validate.OneOf(SETTABLE))
    notes = fields.String(load_default="", validate=validate.Length(max=2000))


@blueprint.get("")
@sign_in_required
def page() -> str:
    score = part(SecureScore)
    actions = score.actions()
    if request.args.get("tab") != "actions":
        overview = score.overview(actions)
        return render_template("securescore/overview.html", overview=overview, actions=actions, texts=texts)
    wanted = ActionFilter.from_arguments(request.args)
    found = chosen(actions, wanted)
    groups = grouped(found, wanted.group)
    return render_template(
        "securescore/actions.html", wanted=wanted, groups=groups, count=len(found), whole=len(actions), texts=texts
    )


@blueprint.get("/<control_id>")
@sign_in_required
def action(control_id: str) -> str:
    return _page(control_id, {}, {})


@blueprint.get("/<control_id>/manage")
@admin_required
def manage(control_id: str) -> str:
    return _page(control_id, {}, {}, managing=True)


@blueprint.post("/<control_id>")
@admin_required
def decide(control_id: str) -> Response | tuple[str, int]:
    try:
        decision = DecisionSchema(unknown=EXCLUDE).load(request.form.to_dict())
    except ValidationError as error:
        return _page(control_id, request.form.to_dict(), error.messages_dict, managing=True), 422
    part(SecureScore).decide(control_id, decision["status"], decision["notes"].strip(), signed_in_user())
    flash(_("Status and notes are saved."), "success")
    return redirect(url_for(".action", control_id=control_id), 303)


def _page(control_id: str, values: dict[str, str], errors: dict[str, Any], *, managing: bool = False) -> str:
    action = part(SecureScore).action(control_id)
    decision = action.decision
    kept = {"status": action.status.value, "notes": decision.notes if decision is not None else ""}
    link = part(Settings).url.rstrip("/") + url_for(".action", control_id=control_id)
    return render_template(
        "securescore/action.html",
        action=action,
        link=link,
        share=share_entries(action, link, signed_in_user(), connected=part(Connections).status().connected),
        tickets=part(Tickets).of_control(control_id),
        labels=part(StateNames).labels(),
        statuses=[(status.value, texts.STATUSES[status]) for status in SETTABLE],
        values={**kept, **values},
        errors=errors,
        managing=managing and action.takes_status,
        texts=texts,
    )

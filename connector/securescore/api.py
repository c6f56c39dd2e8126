"""The API of improvement actions, in Microsoft Graph's words."""

from typing import Any

from flask import Blueprint, Response, jsonify
from marshmallow import fields, validate

from ...shared.openapi import STRING, array
from ...shared.strict_schema import StrictSchema, Text
from ...shared.web.parts import part
from ..api.described import BOOLEAN, INTEGER, MOMENT, NUMBER, Shape, described, exactly, maybe, one_of, page_of
from ..api.frame import AfterSchema, api_arguments, api_input, page
from ..api.views import moment
from ..directory import admin_required, signed_in_user
from ..errors import NotFound
from .listing import ORDER_KEYS, ActionFilter, chosen
from .models import SETTABLE, ActionStatus
from .profiles import CATEGORIES
from .score import SecureScore, TenantAction

blueprint = Blueprint("securescore_api", __name__)

SCORE = Shape(
    "SecureScore",
    exactly(
        currentScore=NUMBER,
        maxScore=NUMBER,
        categories=array(exactly(controlCategory=one_of(CATEGORIES), currentScore=NUMBER, maxScore=NUMBER)),
        averageComparativeScores=array(exactly(basis=STRING, averageScore=NUMBER)),
    ),
)
ACTION = Shape(
    "ImprovementAction",
    exactly(
        id=STRING,
        title=STRING,
        controlCategory=one_of(CATEGORIES),
        actionType=STRING,
        actionUrl=STRING,
        service=STRING,
        tier=STRING,
        maxScore=NUMBER,
        score=NUMBER,
        pointsLeft=NUMBER,
        rank=INTEGER,
        implementationCost=STRING,
        userImpact=STRING,
        threats=array(STRING),
        prerequisites=STRING,
        remediation=STRING,
        remediationImpact=STRING,
        status=one_of(ActionStatus),
        takesStatus=BOOLEAN,
        notes=STRING,
        decidedBy=maybe(STRING),
        decidedAt=maybe(MOMENT),
    ),
)


class ActionListSchema(AfterSchema):
    search = fields.String(load_default="", validate=validate.Length(max=200))
    category = fields.String(load_default="", validate=validate.OneOf(CATEGORIES))
    status = fields.Enum(ActionStatus, by_value=True, load_default=None)
    order = fields.String(load_default="rank", validate=validate.OneOf(list(ORDER_KEYS)))


class DecisionSchema(StrictSchema):
    status = fields.Enum(ActionStatus, by_value=True, required=True, validate=validate.OneOf(SETTABLE))
    notes = Text(load_default="", validate=validate.Length(max=2000))


@blueprint.get("/secure-score")
@described(SCORE)
def score() -> Response:
    """The tenant's Secure Score."""
    overview = part(SecureScore).overview()
    categories = [
        {"controlCategory": each.category, "currentScore": each.current, "maxScore": each.maximum}
        for each in overview.categories
    ]
    comparisons = [{"basis": each.basis, "averageScore": each.average} for each in overview.comparisons]
    return jsonify(
        {
            "currentScore": overview.current,
            "maxScore": overview.maximum,
            "categories": categories,
            "averageComparativeScores": comparisons,
        }
    )


@blueprint.get("/improvement-actions")
@described(page_of("ImprovementActions", ACTION), query=ActionListSchema)
def listing() -> Response:
    """Improvement actions."""
    given = api_arguments(ActionListSchema)
    status = given["status"].value if given["status"] else ""
    wanted = ActionFilter(given["search"], given["category"], status, given["order"])
    found = _after(chosen(part(SecureScore).actions(), wanted), given["after"])
    return page(found, given["limit"], as_json, lambda action: action.id)


@blueprint.get("/improvement-actions/<control_id>")
@described(ACTION)
def get(control_id: str) -> Response:
    """One of them."""
    return jsonify(as_json(part(SecureScore).action(control_id)))


@blueprint.put("/improvement-actions/<control_id>/status")
@described(ACTION, body=DecisionSchema)
@admin_required
def decide(control_id: str) -> Response:
    """Give an action a status, with notes."""
    given = api_input(DecisionSchema)
    part(SecureScore).decide(control_id, given["status"], given["notes"].strip(), signed_in_user())
    return get(control_id)


def as_json(action: TenantAction) -> dict[str, Any]:
    profile, decision = action.profile, action.decision
    return {
        "id": profile.id,
        "title": profile.title,
        "controlCategory": profile.category,
        "actionType": profile.action_type,
        "actionUrl": profile.action_url,
        "service": profile.service,
        "tier": profile.tier,
        "maxScore": profile.max_score,
        "score": action.score,
        "pointsLeft": action.points_left,
        "rank": action.rank,
        "implementationCost": profile.implementation_cost,
        "userImpact": profile.user_impact,
        "threats": list(profile.threats),
        "prerequisites": profile.prerequisites,
        "remediation": profile.remediation,
        "remediationImpact": profile.remediation_impact,
        "status": action.status.value,
        "takesStatus": action.takes_status,
        "notes": decision.notes if decision else "",
        "decidedBy": decision.decided_by if decision else None,
        "decidedAt": moment(decision.decided_at) if decision else None,
    }


def _after(actions: list[TenantAction], last: str | None) -> list[TenantAction]:
    if last is None:
        return actions
    for number, action in enumerate(actions, start=1):
        if action.id == last:
            return actions[number:]
    raise NotFound(detail="There is no improvement action of this name in this list.")

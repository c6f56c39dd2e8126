"""What the form of a new ticket proposes."""

from datetime import date, timedelta

from flask_babel import gettext as _

from ...shared.ticket import Priority, RecommendationCategory, TicketKind
from ..securescore.score import TenantAction
from .schemas import DESCRIPTION_LENGTH, NAME_LENGTH

DAYS = {Priority.HIGH: 14, Priority.MODERATE: 30, Priority.LOW: 90}


def proposal(kind: str, action: TenantAction | None, link: str, today: date) -> dict[str, str]:
    """The form's first values: from the improvement action, or nearly empty."""
    kinds = [each.value for each in TicketKind]
    priority = _priority(action) if action is not None else Priority.MODERATE
    values = {
        "kind": kind if kind in kinds else TicketKind.CHANGE.value,
        "priority": priority.value,
        "due_date": (today + timedelta(days=DAYS[priority])).isoformat(),
    }
    if action is None:
        return values
    return {
        **values,
        "control_id": action.id,
        "name": _(action.profile.title)[:NAME_LENGTH],
        "description": _description(action, link)[:DESCRIPTION_LENGTH],
        "recommendation_category": RecommendationCategory.from_graph(action.profile.category).value,
    }


def _priority(action: TenantAction) -> Priority:
    """The more points an action is worth, the sooner (A)."""
    if action.profile.max_score >= 8:
        return Priority.HIGH
    return Priority.MODERATE if action.profile.max_score >= 4 else Priority.LOW


def _description(action: TenantAction, link: str) -> str:
    steps = [f"{number}. {_(step)}" for number, step in enumerate(action.profile.next_steps, start=1)]
    impact = _(action.profile.remediation_impact) if action.profile.remediation_impact else _("Not stated")
    parts = ["\n".join([_("Next steps:"), *steps]), _("User impact: %(impact)s", impact=impact), link]
    return "\n\n".join(parts)

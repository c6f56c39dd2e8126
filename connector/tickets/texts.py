"""The words for tickets' values, translated when they are shown."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from ...shared.ticket import Priority, RecommendationCategory, RecommendationSource, TicketKind

KINDS: Mapping[str, LazyString] = {TicketKind.CHANGE: _("Change"), TicketKind.INCIDENT: _("Incident")}

CARDS: Mapping[str, LazyString] = {
    TicketKind.CHANGE: _("Change management"),
    TicketKind.INCIDENT: _("Incident management"),
}

PRIORITIES: Mapping[str, LazyString] = {
    Priority.CRITICAL: _("1 - Critical"),
    Priority.HIGH: _("2 - High"),
    Priority.MODERATE: _("3 - Moderate"),
    Priority.LOW: _("4 - Low"),
    Priority.PLANNING: _("5 - Planning"),
}

SOURCES: Mapping[str, LazyString] = {
    RecommendationSource.USER: _("User recommendation"),
    RecommendationSource.MICROSOFT: _("Microsoft recommendation"),
}

CATEGORIES: Mapping[str, LazyString] = {
    RecommendationCategory.DEVICES: _("Devices"),
    RecommendationCategory.DATA: _("Data"),
    RecommendationCategory.APPS: _("Apps"),
    RecommendationCategory.IDENTITY: _("Identity"),
    RecommendationCategory.INFRASTRUCTURE: _("Infrastructure"),
}


def pairs(texts: Mapping[str, LazyString]) -> list[tuple[str, LazyString]]:
    """Value and label, for the choices of a form."""
    return [(str(value), text) for value, text in texts.items()]

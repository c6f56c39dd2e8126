"""The names of ticket states: ServiceNow's own by default, and as the tenant's people call them."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import Engine, select

from ...shared.ticket import TicketKind
from ..database import reading_session, writing_session
from .models import StateName, TicketRow

DEFAULTS: Mapping[TicketKind, Mapping[str, LazyString]] = {
    TicketKind.CHANGE: {
        "-5": _("New"),
        "-4": _("Assess"),
        "-3": _("Authorize"),
        "-2": _("Scheduled"),
        "-1": _("Implement"),
        "0": _("Review"),
        "3": _("Closed"),
        "4": _("Canceled"),
    },
    TicketKind.INCIDENT: {
        "1": _("New"),
        "2": _("In Progress"),
        "3": _("On Hold"),
        "6": _("Resolved"),
        "7": _("Closed"),
        "8": _("Canceled"),
    },
}
"""States of a change (platform 5.3, D) and of an incident (platform 5.2, D), in the order they are passed through."""


@dataclass(frozen=True)
class TicketState:
    """A state with its name now and its name by default; a value that nobody knows is its own name."""

    value: str
    label: str
    default: str

    @property
    def customised(self) -> bool:
        return self.label != self.default


class StateNames:
    """The states of both kinds of tickets."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, kind: TicketKind) -> list[TicketState]:
        """The states of ``kind``: the default ones, then what else its tickets have been in."""
        with reading_session(self._engine) as session:
            given = {
                row.value: row.label for row in session.scalars(select(StateName).where(StateName.kind == kind.value))
            }
            met = session.scalars(
                select(TicketRow.state).where(TicketRow.kind == kind.value, TicketRow.state != "").distinct()
            ).all()
        values = dict.fromkeys([*DEFAULTS[kind], *sorted({*met, *given} - DEFAULTS[kind].keys())])
        return [_state(kind, value, given.get(value)) for value in values]

    def labels(self) -> dict[tuple[str, str], str]:
        """The name of each state by kind and value."""
        return {(kind.value, state.value): state.label for kind in TicketKind for state in self.of(kind)}

    def rename(self, kind: TicketKind, labels: Mapping[str, str]) -> None:
        """Give states other names; an empty name gives the default one back."""
        with writing_session(self._engine) as session:
            for value, label in labels.items():
                row = session.get(StateName, (kind.value, value))
                if row is not None:
                    session.delete(row)
                    session.flush()
                if label.strip() and label.strip() != _state(kind, value, None).default:
                    session.add(StateName(kind=kind.value, value=value, label=label.strip()))


def _state(kind: TicketKind, value: str, label: str | None) -> TicketState:
    default = str(DEFAULTS[kind].get(value, value))
    return TicketState(value, label or default, default)

"""What the cards and lists show of tickets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from ...shared.ticket import TicketKind
from ..database import reading_session
from .models import DeliveryState, TicketRow
from .states import StateNames, TicketState

NEWEST = 5


@dataclass(frozen=True)
class StateCount:
    state: TicketState
    count: int


@dataclass(frozen=True)
class KindBoard:
    """The tickets of one kind: how many in each state, and the newest."""

    kind: TicketKind
    states: Sequence[StateCount]
    pending: int
    refused: int
    missing: int
    newest: Sequence[TicketRow]

    @property
    def total(self) -> int:
        return sum(each.count for each in self.states) + self.pending + self.refused + self.missing


class Board:
    """Counts the tenant's tickets."""

    def __init__(self, engine: Engine, names: StateNames) -> None:
        self._engine = engine
        self._names = names

    def of(self, kind: TicketKind) -> KindBoard:
        counts = self._counts(kind)
        deliveries = {state: counts.pop((state, None), 0) for state in (DeliveryState.PENDING, DeliveryState.REFUSED)}
        missing = counts.pop((DeliveryState.SENT, None), 0)
        states = [StateCount(state, counts.get((DeliveryState.SENT, state.value), 0)) for state in self._names.of(kind)]
        pending, refused = deliveries[DeliveryState.PENDING], deliveries[DeliveryState.REFUSED]
        return KindBoard(kind, states, pending, refused, missing, self._newest(kind))

    def _counts(self, kind: TicketKind) -> dict[tuple[DeliveryState, str | None], int]:
        """How many tickets by delivery and state; without a state: those not there yet, and those no longer there."""
        statement = (
            select(TicketRow.delivery, TicketRow.state, TicketRow.missing, func.count())
            .where(TicketRow.kind == kind.value)
            .group_by(TicketRow.delivery, TicketRow.state, TicketRow.missing)
        )
        counts: dict[tuple[DeliveryState, str | None], int] = {}
        with reading_session(self._engine) as session:
            for delivery, state, missing, count in session.execute(statement):
                there = delivery == DeliveryState.SENT and not missing
                key = (DeliveryState(delivery), state if there else None)
                counts[key] = counts.get(key, 0) + count
        return counts

    def _newest(self, kind: TicketKind) -> Sequence[TicketRow]:
        statement = select(TicketRow).where(TicketRow.kind == kind.value)
        with reading_session(self._engine) as session:
            return session.scalars(
                statement.order_by(TicketRow.created_at.desc(), TicketRow.id.desc()).limit(NEWEST)
            ).all()


def state_label(ticket: TicketRow, labels: Mapping[tuple[str, str], str]) -> str:
    """A ticket's state as people call it; a value that nobody knows as it is."""
    return labels.get((ticket.kind, ticket.state), ticket.state)

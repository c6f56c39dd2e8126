"""Creating tickets and finding them again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...shared.clock import Clock, SystemClock
from ...shared.ids import Ids
from ...shared.logs import log
from ...shared.ticket import TicketKind
from ..database import reading_session, writing_session
from ..directory import User
from ..errors import Conflict, NotFound
from .models import DeliveryState, OutboxItem, TicketRow
from .schemas import TicketDraft


class AnotherTicket(Conflict):
    """The submission was used before, for a ticket with another content."""

    message = "This was sent already, with another content"
    kind = "idempotency-key-reused"

    def __init__(self, ticket: TicketRow) -> None:
        self.ticket = ticket
        super().__init__(detail=f"It became ticket {ticket.id}.")


@dataclass(frozen=True)
class TicketFilter:
    """What a reader of the list chose."""

    kind: str = ""
    state: str = ""
    search: str = ""
    control_id: str = ""

    @classmethod
    def from_arguments(cls, given: Mapping[str, str]) -> "TicketFilter":
        kind = given.get("kind", "")
        return cls(
            kind if kind in {each.value for each in TicketKind} else "",
            given.get("state", "").strip()[:40],
            given.get("search", "").strip()[:200],
        )

    def narrow(self, statement: Select[TicketRow]) -> Select[TicketRow]:
        if self.kind:
            statement = statement.where(TicketRow.kind == self.kind)
        if self.state in {DeliveryState.PENDING, DeliveryState.REFUSED}:
            statement = statement.where(TicketRow.delivery == self.state)
        elif self.state:
            statement = statement.where(TicketRow.state == self.state, TicketRow.delivery == DeliveryState.SENT)
        if self.control_id:
            statement = statement.where(TicketRow.control_id == self.control_id)
        for word in self.search.split():
            found = [column.icontains(word, autoescape=True) for column in (TicketRow.name, TicketRow.number)]
            statement = statement.where(or_(*found))
        return statement


class Tickets:
    """The tenant's tickets. ``wake`` is called after each commit that leaves something to deliver."""

    def __init__(self, engine: Engine, clock: Clock, ids: Ids, *, wake: Callable[[], None]) -> None:
        self._engine = engine
        self._clock = clock
        self._ids = ids
        self._wake = wake
        self._real = SystemClock()

    def today(self) -> date:
        """The tenant's day: no due date lies before it."""
        return self._clock.now().date()

    def create(self, draft: TicketDraft, user: User, user_id: str, submission: str) -> TicketRow:
        """Commit a ticket and its place in the outbox; the same submission again is the same ticket.

        Raises AnotherTicket when that submission was used for something else.
        """
        try:
            ticket = self._create(draft, user, user_id, submission)
        except IntegrityError:  # a double click that got in between, on a database with many writers
            ticket = self._create(draft, user, user_id, submission)
        if ticket.digest != draft.digest:
            raise AnotherTicket(ticket)
        self._wake()
        return ticket

    def _create(self, draft: TicketDraft, user: User, user_id: str, submission: str) -> TicketRow:
        with writing_session(self._engine) as session:
            known = session.scalars(
                select(TicketRow).where(TicketRow.created_by == user.upn, TicketRow.submission == submission)
            ).one_or_none()
            return known if known is not None else self._add(session, draft, user, user_id, submission)

    def _add(self, session: Session, draft: TicketDraft, user: User, user_id: str, submission: str) -> TicketRow:
        ticket = TicketRow(
            id=self._ids.sys_id(),
            kind=draft.kind.value,
            name=draft.name,
            description=draft.description,
            priority=draft.priority.value,
            due_date=draft.due_date,
            source=draft.source.value,
            category=draft.category.value,
            control_id=draft.control_id,
            created_by=user.upn,
            user_id=user_id,
            created_at=self._clock.now(),
            correlation_id=self._ids.sys_id(),
            submission=submission,
            digest=draft.digest,
            delivery=DeliveryState.PENDING,
        )
        session.add(ticket)
        session.flush()
        session.add(OutboxItem(ticket_id=ticket.id, due_at=self._real.now()))
        session.flush()
        log().info("ticket.created", ticket=ticket.id, kind=ticket.kind, by=user.upn)
        return ticket

    def retry(self, ticket_id: str) -> TicketRow:
        """Deliver a ticket now that was refused, or that waits for its next attempt. Raises NotFound."""
        with writing_session(self._engine) as session:
            ticket = _ticket(session, ticket_id)
            if ticket.delivery != DeliveryState.SENT:
                # Begun: an earlier attempt may have arrived after all, so it is looked up first.
                item = session.get(OutboxItem, ticket_id) or OutboxItem(ticket_id=ticket_id, begun=True)
                item.due_at, item.attempts = self._real.now(), 0
                session.add(item)
                ticket.delivery, ticket.error = DeliveryState.PENDING, ""  # what it was is no word on this attempt
        self._wake()
        return ticket

    def get(self, ticket_id: str) -> TicketRow:
        """Raises NotFound."""
        with reading_session(self._engine) as session:
            return _ticket(session, ticket_id)

    def page(self, wanted: TicketFilter, *, limit: int, after: str | None = None) -> Sequence[TicketRow]:
        """The newest tickets that ``wanted`` leaves, after the ticket ``after``. Raises NotFound for an unknown one."""
        statement = wanted.narrow(select(TicketRow)).order_by(TicketRow.created_at.desc(), TicketRow.id.desc())
        with reading_session(self._engine) as session:
            if after is not None:
                last = _ticket(session, after)
                older = or_(
                    TicketRow.created_at < last.created_at,
                    (TicketRow.created_at == last.created_at) & (TicketRow.id < last.id),
                )
                statement = statement.where(older)
            return session.scalars(statement.limit(limit)).all()

    def count(self, wanted: TicketFilter) -> int:
        with reading_session(self._engine) as session:
            matching = wanted.narrow(select(TicketRow)).subquery()
            return session.scalar(select(func.count()).select_from(matching)) or 0

    def of_control(self, control_id: str) -> Sequence[TicketRow]:
        """The tickets of one improvement action, newest first."""
        statement = select(TicketRow).where(TicketRow.control_id == control_id)
        with reading_session(self._engine) as session:
            return session.scalars(statement.order_by(TicketRow.created_at.desc()).limit(50)).all()


def _ticket(session: Session, ticket_id: str) -> TicketRow:
    ticket = session.get(TicketRow, ticket_id) if ticket_id.isprintable() else None
    if ticket is None:
        raise NotFound(detail="There is no such ticket.")
    return ticket

"""Delivering tickets: at least once, with the effect of once.

A worker takes an outbox row under a lease and commits that it begins, then calls the instance outside any
transaction, then commits what came of it. If it dies in between, the row says *begun*: whoever takes it next looks the
correlation id up before sending again, and adopts the ticket it finds. The app's tables also refuse a second ticket of
the same correlation id, so two workers that both send still make one ticket.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, or_, select, update
from sqlalchemy.orm import Session

from ...shared.clock import Clock, SystemClock
from ...shared.database import reading
from ...shared.ids import Ids
from ...shared.logs import log
from ...shared.ticket import TicketKind
from ..connection import Connections
from ..database import writing_session
from ..servicenow.client import InstanceClient
from ..servicenow.errors import NotConnected, RateLimited, Refused, ServiceNowError, Unauthorized
from .models import DeliveryState, OutboxItem, TicketRow
from .upstream import Tables, Version, adopt, body_of, find, version_of

FIRST_PAUSE = 2.0
LONGEST_PAUSE = 300.0
LONGEST_OBEYED_WAIT = 900.0
"""A Retry-After beyond this is not believed."""
MOST_ATTEMPTS = 50
"""About four hours; then the ticket waits for somebody to press *Retry now*."""
QUOTA_SECONDS = 60.0
"""The longest that the platform works on a REST call (platform 4.4, D): a ticket sent may appear that much later, and
without the app's tables nothing refuses a second one."""

WITHOUT_CONNECTION = (NotConnected, Unauthorized)
"""Nobody's attempt: the ticket waits until there is a connection."""
SURELY_NOT_TAKEN = (NotConnected, Unauthorized, RateLimited)
"""After these the instance has not made the ticket; after any other failure it may have."""


@dataclass(frozen=True)
class Claim:
    """A ticket this worker may deliver, and nobody else until the lease ends."""

    ticket: TicketRow
    lease: str
    begun_before: bool
    attempts: int


class Delivery:
    """Delivers what is due. Every process of the tenant may run one."""

    def __init__(
        self,
        engine: Engine,
        ids: Ids,
        connections: Connections,
        tables: Tables,
        *,
        lease_seconds: float,
        real: Clock | None = None,
    ) -> None:
        self._engine = engine
        self._ids = ids
        self._connections = connections
        self._tables = tables
        self._lease = timedelta(seconds=lease_seconds)
        self._real = real or SystemClock()

    def deliver_due(self) -> int:
        """Deliver what is due, in order, until nothing is or the instance does not answer; return how many went."""
        try:
            client = self._connections.client()
        except NotConnected as error:
            self._tell_who_waits(error)
            return 0
        delivered = 0
        while (claim := self._claim()) is not None:
            try:
                version = self._deliver(client, claim)
            except ServiceNowError as error:
                self._failed(claim, error)
                if not isinstance(error, Refused):
                    break  # the next one would meet the same
            else:
                self._delivered(claim, version, client.url)
                delivered += 1
        return delivered

    def _tell_who_waits(self, error: NotConnected) -> None:
        """A ticket that nobody can send says so, instead of looking as if it were on its way."""
        silent = TicketRow.id.in_(select(OutboxItem.ticket_id)) & (TicketRow.error == "")
        with reading(self._engine) as connection:
            if connection.scalar(select(TicketRow.id).where(silent).limit(1)) is None:
                return
        with writing_session(self._engine) as session:
            session.execute(update(TicketRow).where(silent).values(error=error.sentence))

    def _claim(self) -> Claim | None:
        now = self._real.now()
        free = or_(
            OutboxItem.lease_until.is_(None),
            OutboxItem.lease_until <= now,
            OutboxItem.lease_until > now + 2 * self._lease,  # the machine's clock was set back
        )
        due = or_(OutboxItem.due_at <= now, OutboxItem.due_at > now + timedelta(seconds=2 * LONGEST_OBEYED_WAIT))
        with writing_session(self._engine) as session:
            item = session.scalars(
                select(OutboxItem)
                .where(free, due)
                .order_by(OutboxItem.due_at, OutboxItem.ticket_id)
                .limit(1)
                .with_for_update(skip_locked=True)
            ).first()
            if item is None:
                return None
            claim = Claim(session.get_one(TicketRow, item.ticket_id), self._ids.sys_id(), item.begun, item.attempts)
            item.lease, item.lease_until, item.begun = claim.lease, now + self._lease, True
        return claim

    def _deliver(self, client: InstanceClient, claim: Claim) -> Version:
        ticket = claim.ticket
        table = self._tables.of(TicketKind(ticket.kind))
        if claim.begun_before and (found := _already_there(client, table, ticket)):
            return found
        try:
            return version_of(client.create(table, body_of(ticket)))
        except Refused:
            # The refusal may be that of a second ticket with this correlation id: then the first one is ours.
            if found := _already_there(client, table, ticket):
                return found
            raise

    def _delivered(self, claim: Claim, version: Version, url: str) -> None:
        with writing_session(self._engine) as session:
            item = self._own(session, claim)
            if item is None:
                return
            ticket = session.get_one(TicketRow, claim.ticket.id)
            adopt(ticket, version, url, self._tables.of(TicketKind(ticket.kind)))
            ticket.delivery, ticket.error = DeliveryState.SENT, ""
            session.delete(item)
        log().info("ticket.sent", ticket=claim.ticket.id, number=version.number)

    def _failed(self, claim: Claim, error: ServiceNowError) -> None:
        log().warning("ticket.not_sent", ticket=claim.ticket.id, kind=error.kind, reason=error.sentence)
        attempts = claim.attempts + (0 if isinstance(error, WITHOUT_CONNECTION) else 1)
        with writing_session(self._engine) as session:
            item = self._own(session, claim)
            if item is None:
                return
            ticket = session.get_one(TicketRow, claim.ticket.id)
            ticket.error = error.sentence
            if not error.retryable or attempts >= MOST_ATTEMPTS:
                ticket.delivery = DeliveryState.REFUSED
                session.delete(item)
                return
            item.lease, item.lease_until = "", None
            item.begun = claim.begun_before or not isinstance(error, SURELY_NOT_TAKEN)
            item.attempts = attempts
            item.due_at = self._real.now() + self._pause(error, attempts)
            if isinstance(error, RateLimited):
                self._hold_everything(session, item)

    def _own(self, session: Session, claim: Claim) -> OutboxItem | None:
        """The claim's row, unless the lease ended and somebody else took it: then the outcome is theirs to tell."""
        item = session.get(OutboxItem, claim.ticket.id)
        return item if item is not None and item.lease == claim.lease else None

    def _pause(self, error: ServiceNowError, attempts: int) -> timedelta:
        """What the server asks for; else twice as long each time, with jitter so that not all come back at once."""
        if isinstance(error, RateLimited):
            return timedelta(seconds=min(error.retry_after, LONGEST_OBEYED_WAIT))
        longest = min(FIRST_PAUSE * 2 ** min(attempts, 20), LONGEST_PAUSE)
        pause = longest * (0.5 + self._ids.fraction() / 2)
        return timedelta(seconds=max(pause, QUOTA_SECONDS if self._tables.platform else 0))

    def _hold_everything(self, session: Session, item: OutboxItem) -> None:
        """The limit is the instance's for all of us, so no worker sends another ticket before it is over."""
        session.execute(update(OutboxItem).where(OutboxItem.due_at < item.due_at).values(due_at=item.due_at))


def _already_there(client: InstanceClient, table: str, ticket: TicketRow) -> Version | None:
    """The ticket as an earlier attempt has left it at the instance."""
    found = find(client, table, ticket.correlation_id)
    if found is not None:
        log().info("ticket.adopted", ticket=ticket.id, number=found.number)
    return found

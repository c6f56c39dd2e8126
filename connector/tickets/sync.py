"""Reading the tickets' states back from the instance: what changed since the last time, and what is there no more.

Runs beside the pages, never in them. Each round asks for the tickets updated since the newest update seen, less an
overlap, because a transaction may become visible after a later one did.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from ...shared.clock import Clock, SystemClock
from ...shared.logs import log
from ...shared.ticket import TicketKind
from ..connection import Connections
from ..database import reading_session, writing_session
from ..servicenow.client import InstanceClient
from ..servicenow.errors import Garbled, NotConnected, ServiceNowError
from .models import DeliveryState, SyncMark, TicketRow
from .upstream import READ_FIELDS, Tables, Version, note, version_of

OVERLAP = timedelta(seconds=5)
PAGE = 200
CHECKED_AT_ONCE = 100
"""So many sys_ids fit an address of 8,192 bytes (rest.md, section 1)."""
CHECK_EVERY = timedelta(seconds=10)
PLATFORM_TIME = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class SyncResult:
    """What one round did."""

    ran: bool
    changed: int = 0
    error: str = ""


class Sync:
    """Keeps the tickets' states as the instance has them."""

    def __init__(
        self, engine: Engine, clock: Clock, connections: Connections, tables: Tables, *, every: timedelta
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._connections = connections
        self._tables = tables
        self._every = every
        self._real = SystemClock()

    def run(self, *, force: bool = False) -> SyncResult:
        """Read what changed, unless another process did within the interval. Does nothing while not connected."""
        try:
            client = self._connections.client()
        except NotConnected:
            return SyncResult(ran=False)
        changed, error, ran = 0, "", False
        for kind in TicketKind:
            mark = self._claim(kind, client.url, force=force)
            if mark is None:
                continue
            ran = True
            try:
                changed += self._read(client, kind, mark, force=force)
            except ServiceNowError as failure:
                error = failure.sentence
                self._note_failure(kind, error)
        return SyncResult(ran, changed, error)

    def synced_at(self) -> datetime | None:
        """When the states were last read, of the kind that was read longest ago."""
        with reading_session(self._engine) as session:
            marks = session.scalars(select(SyncMark)).all()
        moments = [mark.synced_at for mark in marks if mark.synced_at is not None]
        return min(moments) if len(moments) == len(TicketKind) else None

    def error(self) -> str:
        """Why the last round failed; empty when it did not."""
        with reading_session(self._engine) as session:
            return next((mark.error for mark in session.scalars(select(SyncMark)) if mark.error), "")

    def _claim(self, kind: TicketKind, url: str, *, force: bool) -> SyncMark | None:
        """The kind's mark, when it is this process's turn to read. Another instance is read from its beginning."""
        now = self._real.now()
        with writing_session(self._engine) as session:
            mark = session.get(SyncMark, kind.value) or SyncMark(kind=kind.value, instance_url="", watermark="")
            if not force and mark.claimed_at is not None and abs(now - mark.claimed_at) < self._every:
                return None
            if mark.instance_url != url:
                mark.instance_url, mark.watermark, mark.synced_at = url, "", None
            mark.claimed_at = now
            session.add(mark)
        return mark

    def _read(self, client: InstanceClient, kind: TicketKind, mark: SyncMark, *, force: bool) -> int:
        table = self._tables.of(kind)
        changed, newest = 0, mark.watermark
        for page in self._pages(client, table, mark.watermark):
            changed += self._apply(kind, client.url, page)
            newest = max([newest, *(version.updated_on for version in page)])
        changed += self._check_presence(client, kind, table, everything=force)
        with writing_session(self._engine) as session:
            kept = session.get_one(SyncMark, kind.value)
            if kept.instance_url == client.url:
                kept.watermark, kept.synced_at, kept.error = newest, self._clock.now(), ""
        return changed

    def _pages(self, client: InstanceClient, table: str, watermark: str) -> Iterator[list[Version]]:
        """What was updated since ``watermark``, page by page, each version once.

        A page begins where the last one ended by time, not by count: a ticket updated meanwhile moves to the end, and
        a count would then skip the next one.
        """
        since, offset, seen = _less_overlap(watermark), 0, set[tuple[str, int]]()
        while True:
            query = "^".join(filter(None, ["correlation_idISNOTEMPTY", since and f"sys_updated_on>={since}"]))
            rows = client.list(table, f"{query}^ORDERBYsys_updated_on^ORDERBYsys_id", READ_FIELDS, PAGE, offset)
            page = list(_readable(rows))
            fresh = [version for version in page if (version.sys_id, version.mod_count) not in seen]
            if fresh:
                yield fresh
            seen.update((version.sys_id, version.mod_count) for version in fresh)
            if len(rows) < PAGE:
                return
            last = page[-1].updated_on if page else since
            since, offset = (last, 0) if last > since else (since, offset + PAGE)

    def _apply(self, kind: TicketKind, url: str, page: Sequence[Version]) -> int:
        """Note the versions that are newer than what is known; tickets of others are passed over."""
        changed = 0
        with writing_session(self._engine) as session:
            known = _known(session, kind, url, page)
            for version in page:
                ticket = known.get(version.sys_id)
                if ticket is not None and (ticket.missing or version.is_newer_than(ticket)):
                    changed += 1
                    note(ticket, version)
        return changed

    def _check_presence(self, client: InstanceClient, kind: TicketKind, table: str, *, everything: bool) -> int:
        """Ask which of our tickets are still there: a deleted record is in no delta."""
        now = self._real.now()
        due = or_(TicketRow.seen_at.is_(None), TicketRow.seen_at <= now - CHECK_EVERY, TicketRow.seen_at > now)
        statement = select(TicketRow.sys_id).where(
            TicketRow.kind == kind.value,
            TicketRow.instance_url == client.url,
            TicketRow.delivery == DeliveryState.SENT,
        )
        if not everything:
            statement = statement.where(due)
        with reading_session(self._engine) as session:
            asked = session.scalars(statement.order_by(TicketRow.seen_at).limit(CHECKED_AT_ONCE)).all()
        if not asked:
            return 0
        rows = client.list(table, f"sys_idIN{','.join(filter(None, asked))}", READ_FIELDS, limit=CHECKED_AT_ONCE)
        found = {version.sys_id: version for version in _readable(rows)}
        with writing_session(self._engine) as session:
            tickets = session.scalars(select(TicketRow).where(TicketRow.sys_id.in_(asked))).all()
            return sum(_compare(ticket, found.get(ticket.sys_id or ""), now) for ticket in tickets)

    def _note_failure(self, kind: TicketKind, sentence: str) -> None:
        log().warning("tickets.not_read", kind=kind.value, reason=sentence)
        with writing_session(self._engine) as session:
            mark = session.get(SyncMark, kind.value)
            if mark is not None:  # a reset may have come in between
                mark.error = sentence


def _compare(ticket: TicketRow, version: Version | None, now: datetime) -> bool:
    """Note whether the instance still shows the ticket; return whether that is news."""
    ticket.seen_at = now
    was = (ticket.missing, ticket.state)
    ticket.missing = version is None
    if version is not None and (was[0] or version.is_newer_than(ticket)):
        note(ticket, version)
    return was != (ticket.missing, ticket.state)


def _known(session: Session, kind: TicketKind, url: str, page: Sequence[Version]) -> dict[str, TicketRow]:
    """Our tickets of this page by sys_id."""
    statement = select(TicketRow).where(
        TicketRow.kind == kind.value,
        TicketRow.instance_url == url,
        TicketRow.sys_id.in_([version.sys_id for version in page]),
    )
    return {ticket.sys_id: ticket for ticket in session.scalars(statement) if ticket.sys_id}


def _readable(records: Iterable[dict[str, object]]) -> Iterator[Version]:
    """The records that can be understood; one that cannot must not stop the others (attacks U15)."""
    for record in records:
        try:
            yield version_of(record)
        except Garbled:
            continue


def _less_overlap(watermark: str) -> str:
    if not watermark:
        return ""
    try:
        return (datetime.strptime(watermark, PLATFORM_TIME) - OVERLAP).strftime(PLATFORM_TIME)  # noqa: DTZ007 - UTC
    except ValueError:
        return ""

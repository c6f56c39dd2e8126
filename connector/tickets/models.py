"""Tickets, the outbox they leave by, the names of their states, and how far the instance has been read."""

from datetime import date, datetime
from enum import StrEnum
from urllib.parse import quote

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base


class DeliveryState(StrEnum):
    PENDING = "pending"
    """Not known to ServiceNow yet; it has a row in the outbox."""
    SENT = "sent"
    REFUSED = "refused"
    """ServiceNow does not take it; it waits for somebody to press *Retry now*."""


class TicketRow(Base):
    """A ticket: what was sent, and what the instance has told about it since."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("created_by", "submission"),
        Index("ix_ticket_kind_state", "kind", "delivery", "state"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(160))
    description: Mapped[str] = mapped_column(Text)
    priority: Mapped[str] = mapped_column(String(1))
    due_date: Mapped[date]
    source: Mapped[str] = mapped_column(String(10))
    category: Mapped[str] = mapped_column(String(20))
    control_id: Mapped[str | None] = mapped_column(String(120), index=True)
    created_by: Mapped[str] = mapped_column(String(254))
    user_id: Mapped[str] = mapped_column(String(254))
    """The creator as ServiceNow is told: by default the same user principal name."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    correlation_id: Mapped[str] = mapped_column(String(32), unique=True)

    submission: Mapped[str] = mapped_column(String(255))
    """One per opened form, or the API's Idempotency-Key: the same one again is the same ticket."""
    digest: Mapped[str] = mapped_column(String(64))
    """What was submitted; another content under the same submission is a mistake."""

    delivery: Mapped[str] = mapped_column(String(10), default=DeliveryState.PENDING)
    error: Mapped[str] = mapped_column(Text, default="")
    """Why it is not there yet, in ServiceNow's own words where it said any."""

    instance_url: Mapped[str] = mapped_column(String(300), default="")
    table: Mapped[str] = mapped_column("table_name", String(80), default="")
    sys_id: Mapped[str | None] = mapped_column(String(32), index=True)
    number: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(40), default="")
    updated_on: Mapped[str] = mapped_column(String(19), default="")
    """``sys_updated_on`` of the version we know; with ``mod_count`` it tells which of two versions is newer."""
    mod_count: Mapped[int] = mapped_column(default=0)
    missing: Mapped[bool] = mapped_column(default=False)
    """Deleted at the instance, or hidden from the integration user: the two look the same (platform 4.2)."""
    seen_at: Mapped[datetime | None]
    """When the instance was last asked for it by name (the machine's time)."""

    @property
    def url(self) -> str:
        """Where the ticket opens in ServiceNow; empty until it is there, and once it is gone."""
        if not self.sys_id or self.missing:
            return ""
        return f"{self.instance_url}/nav_to.do?uri={quote(f'{self.table}.do?sys_id={self.sys_id}', safe='')}"


class OutboxItem(Base):
    """A ticket that is still to be delivered; committed together with it, gone once the outcome is known.

    All times here are the machine's own: how long a worker may be silent, and when a server may be asked again, has
    nothing to do with the lab's clock.
    """

    __tablename__ = "outbox"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    begun: Mapped[bool] = mapped_column(default=False)
    """A delivery was begun whose outcome is not known: look the ticket up before sending it again."""
    lease: Mapped[str] = mapped_column(String(32), default="")
    """Who is delivering it."""
    lease_until: Mapped[datetime | None]


class StateName(Base):
    """A ticket state's name that differs from the default one."""

    __tablename__ = "ticket_state_name"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    value: Mapped[str] = mapped_column(String(40), primary_key=True)
    label: Mapped[str] = mapped_column(String(60))


class SyncMark(Base):
    """How far the states of one kind of ticket have been read from the instance."""

    __tablename__ = "ticket_sync"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    instance_url: Mapped[str] = mapped_column(String(300), default="")
    watermark: Mapped[str] = mapped_column(String(19), default="")
    """The newest ``sys_updated_on`` seen."""
    claimed_at: Mapped[datetime | None]
    """When a process last began to read (the machine's time), so that several processes take turns."""
    synced_at: Mapped[datetime | None]
    """When the last reading succeeded (the tenant's time)."""
    error: Mapped[str] = mapped_column(Text, default="")

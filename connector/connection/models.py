"""The connection to an instance: the five values of the page's *Data exchange*, and our own bookkeeping."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base


class Connection(Base):
    """At most one row: a tenant is connected to one instance."""

    __tablename__ = "connection"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - an id never comes back, nor do late answers to it

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)

    # What Microsoft's page lists as kept on connecting (security-center, D); secrets are sealed for their column.
    instance_name: Mapped[str] = mapped_column(String(300))
    client_id: Mapped[str] = mapped_column(String(255))
    client_secret: Mapped[str] = mapped_column(Text)
    access_token: Mapped[str | None] = mapped_column(Text)
    refresh_token: Mapped[str | None] = mapped_column(Text)

    # Our own bookkeeping.
    expires_at: Mapped[datetime | None]
    """When the access token ends."""
    connected_user: Mapped[str] = mapped_column(String(255), default="")
    """The user of the instance who allowed the connection."""
    connected_name: Mapped[str] = mapped_column(String(255), default="")
    expected_user: Mapped[str] = mapped_column(String(255), default="")
    """The integration user of the instance's installation checklist."""
    authorized_at: Mapped[datetime | None]
    last_call_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(20), default="saved")
    """Why it is not authorised (see Reason); means nothing while it is."""
    reason_detail: Mapped[str] = mapped_column(Text, default="")
    """ServiceNow's words for it; while it is authorised, why its calls fail."""
    watermark: Mapped[str] = mapped_column(Text, default="")
    """Nothing asks for it: each kind of tickets has a mark of its own. An image that an earlier version has saved on
    PostgreSQL names it, and can be restored only where it is."""
    generation: Mapped[int] = mapped_column(default=0)
    """Counts the access tokens, so that whoever waited for a new one knows it."""
    renewing_until: Mapped[datetime | None]
    """While this lies ahead, somebody is renewing the access token and everybody else waits."""
    created_at: Mapped[datetime]


class AuthorizationAttempt(Base):
    """One way out to the instance's consent page; only the browser that set out may come back, and only once."""

    __tablename__ = "authorization_attempt"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), index=True)
    binding_hash: Mapped[str] = mapped_column(String(64))
    """Who set out: the hash of the browser's session id, or of the API's user."""
    code_verifier: Mapped[str] = mapped_column(Text)
    """Sealed for this row."""
    issuer: Mapped[str] = mapped_column(Text, default="")
    """The ``iss`` that the instance's metadata promises to send along; empty: it promises none."""
    started_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PendingRevocation(Base):
    """A token of a connection that is gone, which the instance has not yet heard to forget."""

    __tablename__ = "pending_revocation"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - its secrets are sealed for its id

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    instance_name: Mapped[str] = mapped_column(String(300))
    client_id: Mapped[str] = mapped_column(String(255))
    client_secret: Mapped[str] = mapped_column(Text)
    token: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime]

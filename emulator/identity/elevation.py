"""Elevated roles: held by a user, they count only in a session that was elevated to them, and end with it.

The user menu's *Elevate role* (platform 2.2, C). Nothing but a session of the pages can be elevated: no token and no
Basic authentication ever is.
"""

from sqlalchemy import String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from ...shared.logs import log
from ..access.caller import Caller
from ..database import Base
from ..errors import PlatformError
from ..records.gate import Gate
from ..records.system_log import write_system_log
from .storage import Database

LOG_SOURCE = "Elevate role"


class UserElevation(Base):
    """One role that one session was elevated to."""

    __tablename__ = "user_elevation"

    session: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(100), primary_key=True)


class ElevationRefused(PlatformError):
    """The user cannot be elevated to the role, or this is not a session of the pages."""

    status = 403
    message = "User Not Authorized"


def elevated_roles(database: Database, session: str) -> frozenset[str]:
    """The roles that this session was elevated to."""
    if not session:
        return frozenset()
    with database.reading() as connection:
        rows = connection.execute(select(UserElevation.role).where(UserElevation.session == session))
        return frozenset(row.role for row in rows)


def roles_to_elevate(gate: Gate, caller: Caller) -> frozenset[str]:
    """The elevated roles that the caller holds."""
    known = gate.snapshot().policy.elevated_roles
    return gate.roles_of(caller.user, known) & known


def elevate(gate: Gate, caller: Caller, wanted: frozenset[str]) -> None:
    """Make these the elevated roles of the caller's session, and tell the log. Raises ElevationRefused."""
    if not caller.session or not wanted <= roles_to_elevate(gate, caller):
        raise ElevationRefused
    with gate.transaction() as transaction:
        ended = UserElevation.session.not_in(select(Base.metadata.tables["user_session"].c.id_hash))
        own = UserElevation.session == caller.session
        transaction.connection.execute(delete(UserElevation).where(own | ended))
        if wanted:
            rows = [{"session": caller.session, "role": role} for role in sorted(wanted)]
            transaction.connection.execute(insert(UserElevation), rows)
        what = f"elevated to {', '.join(sorted(wanted))}" if wanted else "ended the elevation of the session"
        message = f"{caller.user_name} {what}"
        write_system_log(gate, LOG_SOURCE, message, transaction_id=caller.transaction, within=transaction)
    log().info("elevation", what=message)

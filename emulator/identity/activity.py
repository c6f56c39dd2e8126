"""When a session was last busy: kept in the lab's database, since a request that only reads writes no record."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, String, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ...shared.column_types import UtcDateTime
from ...shared.database import writing
from ...shared.logs import log
from ...shared.unavailable import DatabaseUnavailable
from ..database import LabBase

EXACT_TO = timedelta(seconds=30)
"""A session that was seen so recently is not written down again."""


class SessionActivity(LabBase):
    """The last request of a session."""

    __tablename__ = "session_activity"

    session: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Activity:
    """Reads and notes when sessions were last busy, for every process of the instance."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last_seen(self, session: str) -> datetime | None:
        with self._engine.connect() as connection:
            query = select(SessionActivity.seen).where(SessionActivity.session == session)
            return connection.execute(query).scalar_one_or_none()

    def note(self, session: str, before: datetime | None, now: datetime) -> None:
        """The session is busy now; ``before`` is what ``last_seen`` told."""
        if before is not None and timedelta(0) <= now - before < EXACT_TO:
            return
        try:
            self._write(session, now)
        except DatabaseUnavailable as error:  # a note is not worth a failed request
            log().warning("session.activity_not_noted", reason=error.reason)

    def _write(self, session: str, now: datetime) -> None:
        change = update(SessionActivity).where(SessionActivity.session == session).values(seen=now)
        with writing(self._engine) as connection:
            if not connection.execute(change).rowcount:
                connection.execute(insert(SessionActivity).values(session=session, seen=now))

    def purge(self, before: datetime) -> int:
        with writing(self._engine) as connection:
            return connection.execute(delete(SessionActivity).where(SessionActivity.seen < before)).rowcount

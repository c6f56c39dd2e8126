"""When a connection was last used: a note in the lab's database, so that reading a record writes no record."""

from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Engine, String, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ...shared.column_types import UtcDateTime
from ...shared.database import reading, writing
from ...shared.logs import log
from ...shared.unavailable import DatabaseUnavailable
from ..database import LabBase

NOTED_EVERY = timedelta(seconds=1)


class TokenUse(LabBase):
    """The last call with a token of one client and user. The token changes every half hour; the connection does not."""

    __tablename__ = "token_use"

    entity: Mapped[str] = mapped_column(String(32), primary_key=True)
    user: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class TokenUses:
    """Notes calls, each connection's at most once a second in each process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._noted: dict[tuple[str, str], datetime] = {}
        self._lock = Lock()

    def note(self, entity: str, user: str, now: datetime) -> None:
        with self._lock:
            last = self._noted.get((entity, user))
            if last is not None and abs(now - last) < NOTED_EVERY:
                return
            self._noted[entity, user] = now
        try:
            self._write(entity, user, now)
        except DatabaseUnavailable as error:  # a note is not worth a failed request
            log().warning("oauth.use_not_noted", reason=error.reason)

    def forget(self) -> None:
        """The notes are gone: the next call is noted, whenever the last one was."""
        with self._lock:
            self._noted.clear()

    def last(self, entity: str, user: str) -> datetime | None:
        statement = select(TokenUse.at).where(TokenUse.entity == entity, TokenUse.user == user)
        with reading(self._engine) as connection:
            return connection.execute(statement).scalar()

    def _write(self, entity: str, user: str, now: datetime) -> None:
        change = update(TokenUse).where(TokenUse.entity == entity, TokenUse.user == user).values(at=now)
        with writing(self._engine) as connection:
            if not connection.execute(change).rowcount:
                connection.execute(insert(TokenUse).values(entity=entity, user=user, at=now))

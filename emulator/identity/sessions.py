"""Sessions of the pages: rows on the server, found by the hash of a random cookie value."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from ...shared.clock import Clock
from ...shared.ids import Ids
from ..database import Base
from .storage import Database, UtcDateTime
from .user_tokens import MARK
from .users import UserAccount

COOKIE = "JSESSIONID"
LIFETIME = timedelta(hours=12)
"""A session ends then, however busy it is (ours)."""


class UserSession(Base):
    """One login. The cookie's value is not kept, so the database does not let anybody in."""

    __tablename__ = "user_session"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[str] = mapped_column(String(32), index=True)
    password_mark: Mapped[str] = mapped_column(String(64))
    """Which password let the user in: a changed one ends the session."""
    created: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(frozen=True, slots=True)
class SessionState:
    id_hash: str
    user: str
    password_mark: str
    created: datetime

    def admits(self, account: UserAccount) -> bool:
        """Whether the session still lets this user in: not after locking, disabling or a changed password."""
        return account.sys_id == self.user and account.may_use_pages and account.password_mark == self.password_mark


class Sessions:
    """Starts, finds and ends sessions."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    def start(self, account: UserAccount) -> str:
        """Begin a session for somebody who has just logged in, and return its cookie value, always a new one."""
        cookie = self._ids.token(32)
        now = self._clock.now()
        row = {
            "id_hash": hash_of(cookie),
            "user": account.sys_id,
            "password_mark": account.password_mark,
            "created": now,
        }
        with self._database.writing() as connection:
            connection.execute(delete(UserSession).where(UserSession.created < now - LIFETIME))
            connection.execute(insert(UserSession).values(row))
        return cookie

    def find(self, cookie: str) -> SessionState | None:
        """Return the live session behind a cookie value, whatever that value is."""
        if not cookie or MARK in cookie:
            return None
        columns = (UserSession.id_hash, UserSession.user, UserSession.password_mark, UserSession.created)
        with self._database.reading() as connection:
            row = connection.execute(select(*columns).where(UserSession.id_hash == hash_of(cookie))).first()
        if row is None or self._clock.now() >= row.created + LIFETIME:
            return None
        return SessionState(row.id_hash, row.user, row.password_mark, row.created)

    def end(self, cookie: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(UserSession).where(UserSession.id_hash == hash_of(cookie)))


def hash_of(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).hexdigest()

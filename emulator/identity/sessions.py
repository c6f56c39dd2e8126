"""Sessions of the pages: rows on the server, found by the hash of a random cookie value."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete, insert, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from ...shared.clock import Clock
from ...shared.column_types import UtcDateTime
from ...shared.digests import digest_of
from ...shared.ids import Ids
from ...shared.text import whole_number
from ..database import Base
from .accounts import UserAccount
from .activity import Activity
from .storage import Database
from .user_tokens import MARK
from .users import Users

COOKIE = "JSESSIONID"
LIFETIME = timedelta(hours=12)
"""A session ends then, however busy it is (ours)."""

IDLE_PROPERTY = "glide.ui.session_timeout"
"""Property: minutes without a request after which a session ends; 30 unless set (G)."""

DEFAULT_IDLE = timedelta(minutes=30)
LONGEST_IDLE = 999_999
"""Minutes; more counts as not set."""


class UserSession(Base):
    """One login. The cookie's value is not kept, so the database does not let anybody in."""

    __tablename__ = "user_session"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[str] = mapped_column(String(32), index=True)
    password_mark: Mapped[str] = mapped_column(String(64))
    """Which password let the user in: a changed one ends the session."""
    created: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class UserImpersonation(Base):
    """As whom the user of a session acts, while impersonating somebody."""

    __tablename__ = "user_impersonation"

    session: Mapped[str] = mapped_column(String(64), primary_key=True)
    acting: Mapped[str] = mapped_column(String(32))


@dataclass(frozen=True, slots=True)
class SessionState:
    """``user`` is who logged in, ``acting`` whom that user impersonates, if anybody."""

    id_hash: str
    user: str
    password_mark: str
    created: datetime
    acting: str = ""

    def admits(self, account: UserAccount) -> bool:
        """Whether the session still lets this user in: not after locking, disabling or a changed password."""
        return account.sys_id == self.user and account.may_use_pages and account.password_mark == self.password_mark


class Sessions:
    """Starts, finds and ends sessions."""

    def __init__(
        self, database: Database, activity: Activity, clock: Clock, ids: Ids, get_property: Callable[[str], str]
    ) -> None:
        self._database = database
        self._activity = activity
        self._clock = clock
        self._ids = ids
        self._get_property = get_property

    def start(self, account: UserAccount, acting: str = "", cookie: str = "") -> str:
        """Begin a session for somebody who has just logged in, and return its cookie value: a new one, unless given.

        A session that ``cookie`` has been of ends.
        """
        cookie = cookie or self._ids.token(32)
        now = self._clock.now()
        row = {
            "id_hash": digest_of(cookie),
            "user": account.sys_id,
            "password_mark": account.password_mark,
            "created": now,
        }
        with self._database.writing() as connection:
            connection.execute(
                delete(UserSession).where(
                    or_(UserSession.created < now - LIFETIME, UserSession.id_hash == row["id_hash"])
                )
            )
            connection.execute(insert(UserSession).values(row))
            if acting:
                connection.execute(insert(UserImpersonation).values(session=row["id_hash"], acting=acting))
        self._activity.note(digest_of(cookie), None, now)
        return cookie

    def find(self, cookie: str) -> SessionState | None:
        """Return the live session behind a cookie value, whatever that value is, and note that it is busy."""
        if not cookie or MARK in cookie:
            return None
        columns = (UserSession.id_hash, UserSession.user, UserSession.password_mark, UserSession.created)
        found = (
            select(*columns, UserImpersonation.acting)
            .outerjoin(UserImpersonation, UserImpersonation.session == UserSession.id_hash)
            .where(UserSession.id_hash == digest_of(cookie))
        )
        with self._database.reading() as connection:
            row = connection.execute(found).first()
        now = self._clock.now()
        if row is None or now >= row.created + LIFETIME:
            return None
        seen = self._activity.last_seen(row.id_hash)
        if now >= (seen or row.created) + self._idle():
            return None
        self._activity.note(row.id_hash, seen, now)
        return SessionState(row.id_hash, row.user, row.password_mark, row.created, row.acting or "")

    def end(self, cookie: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(UserSession).where(UserSession.id_hash == digest_of(cookie)))
            connection.execute(delete(UserImpersonation).where(UserImpersonation.session == digest_of(cookie)))

    def purge(self) -> int:
        """Forget what has ended by its lifetime; returns how many sessions that were."""
        oldest = self._clock.now() - LIFETIME
        with self._database.writing() as connection:
            gone = connection.execute(delete(UserSession).where(UserSession.created <= oldest)).rowcount
            live = select(UserSession.id_hash)
            connection.execute(delete(UserImpersonation).where(UserImpersonation.session.not_in(live)))
        self._activity.purge(oldest)
        return gone

    def _idle(self) -> timedelta:
        minutes = whole_number(self._get_property(IDLE_PROPERTY), LONGEST_IDLE)
        return timedelta(minutes=minutes) if minutes else DEFAULT_IDLE


def account_in(session: SessionState | None, users: Users) -> UserAccount | None:
    """As whom a session lets its browser act, if it still lets its own user in."""
    owner = users.by_id(session.user) if session else None
    if session is None or owner is None or not session.admits(owner):
        return None
    if not session.acting:
        return owner
    acting = users.by_id(session.acting)
    return acting if acting is not None and acting.active else None

"""Signed-in browsers, kept on the server, so that signing out ends them for good."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, update

from ...shared.clock import Clock
from ...shared.digests import digest_of
from ...shared.ids import Ids
from ...shared.logs import log
from ...shared.unavailable import DatabaseUnavailable
from ..database import reading_session, writing_session
from .models import BrowserSession
from .users import User, enabled_user

LIFETIME = timedelta(hours=12)
"""A session ends then, however busy it is (ours)."""

EXACT_TO = timedelta(seconds=30)
"""A session that was seen so recently is not written down again."""

ID_BYTES = 32


@dataclass(frozen=True)
class SignedIn:
    user: User
    data: dict[str, Any] = field(default_factory=dict)


class BrowserSessions:
    """``idle`` is how long a session may lie unused before it ends."""

    def __init__(self, engine: Engine, clock: Clock, ids: Ids, idle: timedelta) -> None:
        self._engine = engine
        self._clock = clock
        self._ids = ids
        self._idle = idle

    def new_id(self) -> str:
        return self._ids.token(ID_BYTES)

    def start(self, user: User) -> str:
        """Begin a session for somebody who has just signed in, under an id that nobody has seen before."""
        session_id = self.new_id()
        now = self._clock.now()
        with writing_session(self._engine) as session:
            session.execute(delete(BrowserSession).where(BrowserSession.started_at <= now - LIFETIME))
            session.add(BrowserSession(id_hash=digest_of(session_id), user_id=user.id, started_at=now, seen_at=now))
        return session_id

    def find(self, session_id: str) -> SignedIn | None:
        """Return whose live session this is, unless the user was disabled, and note that it is busy."""
        now = self._clock.now()
        with reading_session(self._engine) as session:
            row = session.get(BrowserSession, digest_of(session_id))
            user = enabled_user(session, row.user_id) if row is not None and self._is_live(row, now) else None
        if row is None or user is None:
            return None
        if not timedelta(0) <= now - row.seen_at < EXACT_TO:  # the clock may have been put back
            self._note(row.id_hash, now)
        return SignedIn(user, json.loads(row.data))

    def _is_live(self, row: BrowserSession, now: datetime) -> bool:
        return now < min(row.started_at + LIFETIME, row.seen_at + self._idle)

    def _note(self, id_hash: str, now: datetime) -> None:
        try:
            with writing_session(self._engine) as session:
                session.execute(update(BrowserSession).where(BrowserSession.id_hash == id_hash).values(seen_at=now))
        except DatabaseUnavailable as error:  # a note is not worth a failed request
            log().warning("session.activity_not_noted", reason=error.reason)

    def save(self, session_id: str, data: dict[str, Any]) -> None:
        with writing_session(self._engine) as session:
            row = session.get(BrowserSession, digest_of(session_id))
            if row is not None:
                row.data = json.dumps(data)

    def end(self, session_id: str) -> None:
        with writing_session(self._engine) as session:
            session.execute(delete(BrowserSession).where(BrowserSession.id_hash == digest_of(session_id)))

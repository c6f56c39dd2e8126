"""Signed-in browsers, kept on the server, so that signing out ends them for good."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, delete

from ...shared.clock import Clock
from ...shared.ids import Ids
from ..database import reading_session, writing_session
from .models import BrowserSession
from .users import User, enabled_user

LIFETIME = timedelta(hours=12)
ID_BYTES = 32


@dataclass(frozen=True)
class SignedIn:
    user: User
    data: dict[str, Any] = field(default_factory=dict)


def hash_of(secret: str) -> str:
    """What the database keeps of a random secret, so that a stolen database opens nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class BrowserSessions:
    def __init__(self, engine: Engine, clock: Clock, ids: Ids) -> None:
        self._engine = engine
        self._clock = clock
        self._ids = ids

    def new_id(self) -> str:
        return self._ids.token(ID_BYTES)

    def start(self, user: User) -> str:
        """Begin a session for somebody who has just signed in, under an id that nobody has seen before."""
        session_id = self.new_id()
        now = self._clock.now()
        with writing_session(self._engine) as session:
            session.execute(delete(BrowserSession).where(BrowserSession.started_at <= now - LIFETIME))
            session.add(BrowserSession(id_hash=hash_of(session_id), user_id=user.id, started_at=now))
        return session_id

    def find(self, session_id: str) -> SignedIn | None:
        """Return who is signed in under this id, unless it is over or the user was disabled."""
        with reading_session(self._engine) as session:
            row = session.get(BrowserSession, hash_of(session_id))
            if row is None or row.started_at + LIFETIME <= self._clock.now():
                return None
            user = enabled_user(session, row.user_id)
            return SignedIn(user, json.loads(row.data)) if user is not None else None

    def save(self, session_id: str, data: dict[str, Any]) -> None:
        with writing_session(self._engine) as session:
            row = session.get(BrowserSession, hash_of(session_id))
            if row is not None:
                row.data = json.dumps(data)

    def end(self, session_id: str) -> None:
        with writing_session(self._engine) as session:
            session.execute(delete(BrowserSession).where(BrowserSession.id_hash == hash_of(session_id)))

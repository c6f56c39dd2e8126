"""Sign-ons under way: what a browser was sent off with, kept until it comes back, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, Text, delete, insert
from sqlalchemy.orm import Mapped, mapped_column

from ...shared.clock import Clock
from ...shared.column_types import UtcDateTime
from ...shared.digests import digest_of
from ...shared.ids import Ids
from ..database import Base
from ..identity.storage import Database

LIFETIME = timedelta(minutes=10)


class SignOnAttempt(Base):
    """One way to a provider and back. Found by the hash of its state, bound to the browser's cookie."""

    __tablename__ = "sign_on_attempt"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    provider: Mapped[str] = mapped_column(String(32))
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128))
    back: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(frozen=True, slots=True)
class Attempt:
    state: str
    provider: str
    nonce: str
    verifier: str
    """PKCE's (RFC 7636)."""
    back: str


class Attempts:
    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    def open(self, provider: str, back: str, browser: str) -> Attempt:
        """Note that the browser behind the cookie ``browser`` is sent to a provider."""
        attempt = Attempt(self._ids.token(32), provider, self._ids.token(32), self._ids.token(48), back)
        row: Mapping[str, object] = {
            "state_hash": digest_of(attempt.state),
            "browser_hash": digest_of(browser),
            "provider": provider,
            "nonce": attempt.nonce,
            "verifier": attempt.verifier,
            "back": back,
            "created": self._clock.now(),
        }
        with self._database.writing() as connection:
            connection.execute(delete(SignOnAttempt).where(SignOnAttempt.created < self._clock.now() - LIFETIME))
            connection.execute(insert(SignOnAttempt).values(row))
        return attempt

    def take(self, state: str, browser: str) -> Attempt | None:
        """Return the attempt and end it. Another browser does not get it, and does not end it either."""
        row_of = SignOnAttempt
        statement = (
            delete(row_of)
            .where(row_of.state_hash == digest_of(state), row_of.browser_hash == digest_of(browser))
            .returning(row_of.provider, row_of.nonce, row_of.verifier, row_of.back, row_of.created)
        )
        with self._database.writing() as connection:
            row = connection.execute(statement).first()
        if row is None or self._clock.now() >= row.created + LIFETIME:
            return None
        return Attempt(state, row.provider, row.nonce, row.verifier, row.back)

"""Consents that a page is asking for, kept on the server: what is allowed is what was shown (attack A39)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from ...shared.clock import Clock
from ...shared.column_types import UtcDateTime
from ...shared.digests import digest_of
from ...shared.ids import Ids
from ..database import Base
from ..identity.storage import Database

OPEN_FOR = timedelta(minutes=10)


class PendingConsent(Base):
    """One consent page shown to one session, with the parameters of the request that led to it."""

    __tablename__ = "oauth_pending_consent"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    session: Mapped[str] = mapped_column(String(64), index=True)
    parameters: Mapped[str]
    created: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(frozen=True, slots=True)
class Consents:
    """Opens a consent when its page is shown and takes it, once, when the page's form comes back."""

    database: Database
    clock: Clock
    ids: Ids

    def open(self, session: str, parameters: Mapping[str, str]) -> str:
        """Remember what the page asks for; returns the id that its form carries."""
        consent_id = self.ids.token(24)
        now = self.clock.now()
        row = {
            "id_hash": digest_of(consent_id),
            "session": session,
            "parameters": json.dumps(dict(parameters)),
            "created": now,
        }
        with self.database.writing() as connection:
            connection.execute(delete(PendingConsent).where(PendingConsent.created < now - OPEN_FOR))
            connection.execute(insert(PendingConsent).values(row))
        return consent_id

    def take(self, consent_id: str, session: str) -> Mapping[str, str] | None:
        """The parameters that were shown under this id to this session; a second call finds nothing.

        A scripted consent sends no id (platform 1.1, C): it means the session's only open one.
        """
        earliest = self.clock.now() - OPEN_FOR
        mine = select(PendingConsent.id_hash, PendingConsent.parameters).where(
            PendingConsent.session == session, PendingConsent.created > earliest
        )
        if consent_id:
            mine = mine.where(PendingConsent.id_hash == digest_of(consent_id))
        with self.database.writing() as connection:
            found = connection.execute(mine.limit(2)).all()
            if len(found) != 1:
                return None
            connection.execute(delete(PendingConsent).where(PendingConsent.id_hash == found[0].id_hash))
        parameters: dict[str, str] = json.loads(found[0].parameters)
        return parameters

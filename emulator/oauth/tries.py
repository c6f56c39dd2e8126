"""Wrong secrets that were tried for a hardened client, counted by address in the lab's database (attack A45)."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, Integer, String, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ...shared.clock import Clock
from ...shared.column_types import UtcDateTime
from ...shared.database import writing
from ...shared.digests import digest_of
from ..database import LabBase
from . import policy

WINDOW = timedelta(seconds=policy.TRIES_SECONDS)


class FailedTry(LabBase):
    """How often one address was wrong about one client since ``started``."""

    __tablename__ = "oauth_failed_try"

    who: Mapped[str] = mapped_column(String(64), primary_key=True)
    started: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    times: Mapped[int] = mapped_column(Integer)


class FailedTries:
    """Only an address that guesses is kept waiting; from elsewhere the right secret goes on working."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def wait_for(self, client_id: str, address: str) -> int:
        """Seconds until this address may try again; 0 when it may now."""
        query = select(FailedTry.started, FailedTry.times).where(FailedTry.who == _who(client_id, address))
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None or row.times < policy.TRIES:
            return 0
        left = row.started + WINDOW - self._clock.now()
        return max(int(left.total_seconds()), 0)

    def note(self, client_id: str, address: str) -> None:
        now = self._clock.now()
        who = _who(client_id, address)
        more = update(FailedTry).where(FailedTry.who == who).values(times=FailedTry.times + 1)
        with writing(self._engine) as connection:
            connection.execute(delete(FailedTry).where(FailedTry.started <= now - WINDOW))
            if not connection.execute(more).rowcount:
                connection.execute(insert(FailedTry).values(who=who, started=now, times=1))


def _who(client_id: str, address: str) -> str:
    return digest_of(f"{address} {client_id}")

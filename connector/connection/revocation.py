"""Telling the instance to forget a token: at once, and again later when it does not hear (attack B18)."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ...shared.clock import Clock
from ...shared.logs import log
from ...shared.sealing import Unsealable
from ...shared.secret import Secret
from ..database import reading_session, writing_session
from ..servicenow.errors import ServiceNowError
from ..servicenow.oauth import OAuthClient
from .models import Connection, PendingRevocation
from .vault import TokenVault

ClientOf = Callable[[str, str, Secret], OAuthClient]
"""Makes the OAuth client for an instance's name, a client ID and a client secret."""

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_LIFE = timedelta(days=100)
"""A refresh token's own (platform 1.5, D): after that it is over whether the instance heard or not."""


class Revocations:
    """The tokens that the instance has yet to forget. A row stands before the first try, so a crash forgets none."""

    def __init__(self, engine: Engine, vault: TokenVault, clock: Clock, client_of: ClientOf) -> None:
        self._engine = engine
        self._vault = vault
        self._clock = clock
        self._client_of = client_of

    def note(self, session: Session, connection: Connection, token: str) -> int:
        """Note down in this transaction that a token of a connection is to end; return the id to try it by."""
        now = self._clock.now()
        row = PendingRevocation(
            instance_name=connection.instance_name,
            client_id=connection.client_id,
            client_secret="",
            token="",
            due_at=now,
            created_at=now,
        )
        session.add(row)
        session.flush()  # its id is part of what the secrets are sealed for
        self._vault.put(row, "client_secret", self._secret_of(connection))
        self._vault.put(row, "token", token)
        return row.id

    def end(self, connection: Connection, token: str) -> bool:
        """Note a token down and try at once; True when the instance has heard."""
        with writing_session(self._engine) as session:
            row_id = self.note(session, connection, token)
        return self.attempt(row_id)

    def try_due(self) -> int:
        """Try all whose time has come; return how many the instance has heard of."""
        now = self._clock.now()
        with reading_session(self._engine) as session:
            due = session.scalars(select(PendingRevocation.id).where(PendingRevocation.due_at <= now)).all()
        return sum(self.attempt(each) for each in due)

    def attempt(self, row_id: int) -> bool:
        """Tell the instance of one token; True when it has heard."""
        row = self._claim(row_id)
        if row is None:
            return False
        try:
            secret, token = self._vault.take(row, "client_secret"), self._vault.take(row, "token")
            self._client_of(row.instance_name, row.client_id, secret).revoke(token.reveal())
        except Unsealable as error:
            self._forget(row)
            log().warning("connection.not_revoked", instance=row.instance_name, detail=error.detail)
            return False
        except ServiceNowError as error:
            log().warning("connection.not_revoked", instance=row.instance_name, detail=error.sentence)
            return False
        self._forget(row)
        log().info("connection.revoked", instance=row.instance_name, attempts=row.attempts)
        return True

    def _claim(self, row_id: int) -> PendingRevocation | None:
        """Take the row for one try, by putting off the next one; None when another process did so first."""
        now = self._clock.now()
        with writing_session(self._engine) as session:
            row = session.get(PendingRevocation, row_id)
            if row is None or row.due_at > now:
                return None
            if row.created_at + LONGEST_LIFE < now:
                session.delete(row)
                return None
            row.attempts += 1
            row.due_at = now + _pause(row.attempts)
            return row

    def _forget(self, row: PendingRevocation) -> None:
        with writing_session(self._engine) as session:
            found = session.get(PendingRevocation, row.id)
            if found is not None:
                session.delete(found)

    def _secret_of(self, connection: Connection) -> str:
        """ServiceNow asks nobody who they are; only a hardened client has to show it, and that may be too late."""
        try:
            return self._vault.take(connection, "client_secret").reveal()
        except Unsealable:
            return ""


def _pause(attempts: int) -> timedelta:
    """Twice as long after each try."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), LONGEST_PAUSE)

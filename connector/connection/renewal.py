"""Access tokens that stay valid: renewed before they end, once, however many wait (attacks U07, R10)."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Engine

from ...shared.clock import Clock
from ...shared.logs import log
from ...shared.sealing import Unsealable
from ..database import reading_session, writing_session
from ..servicenow.client import Bearer
from ..servicenow.errors import GrantRefused, NotConnected, ServiceNowError, Unreachable
from ..servicenow.oauth import OAuthClient
from ..servicenow.tokens import IssuedTokens
from .models import Connection
from .revocation import Revocations
from .status import Reason
from .vault import TokenVault

EARLY = timedelta(seconds=60)
"""How long before its end a token is renewed; covers clocks that differ and calls that take their time."""
LEASE = timedelta(seconds=30)
"""For how long a renewal keeps others waiting at most, should its process die."""
LOOK_AGAIN_SECONDS = 0.05


class StoredTokens:
    """The tokens of one connection.

    Threads of this process queue at a lock, processes at a lease in the connection's row; whoever comes after finds
    the next generation and takes it. Leases go by the machine's clock, since the lab's may stand still.
    """

    def __init__(
        self,
        engine: Engine,
        connection_id: int,
        *,
        vault: TokenVault,
        clock: Clock,
        machine_clock: Clock,
        client_for: Callable[[Connection], OAuthClient],
        revocations: Revocations,
        lock: threading.Lock,
        patience_seconds: float,
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._clock = clock
        self._machine_clock = machine_clock
        self._client_for = client_for
        self._revocations = revocations
        self._lock = lock
        self._id = connection_id
        self._patience = patience_seconds

    def current(self) -> Bearer:
        """Return a token that is valid for a while yet. Raises NotConnected, or why renewing it failed."""
        row = self._row()
        if row.expires_at is not None and row.expires_at - EARLY > self._clock.now():
            return self._bearer(row)
        try:
            return self._renewed(row.generation)
        except NotConnected:
            raise
        except ServiceNowError:
            if row.expires_at is None or row.expires_at <= self._clock.now():
                raise
            return self._bearer(row)  # it lives for some seconds yet; the next call tries again

    def renew(self, rejected: Bearer) -> Bearer:
        return self._renewed(rejected.generation)

    def give_up(self, rejected: Bearer) -> None:
        self._lose(rejected.generation, "User Not Authenticated")

    def _row(self) -> Connection:
        with reading_session(self._engine) as session:
            row = session.get(Connection, self._id)
        if row is None or not row.access_token:
            raise NotConnected
        return row

    def _bearer(self, row: Connection) -> Bearer:
        try:
            return Bearer(self._vault.take(row, "access_token").reveal(), row.generation)
        except Unsealable as error:
            self._lose(row.generation, error.detail)
            raise NotConnected(detail=error.detail) from error

    def _renewed(self, generation: int) -> Bearer:
        give_up_at = time.monotonic() + self._patience
        if not self._lock.acquire(timeout=self._patience):
            raise Unreachable(detail="Renewing the connection takes too long.")
        try:
            while (row := self._row()).generation == generation:
                if self._take_lease(generation):
                    return self._ask(row, generation)
                if time.monotonic() > give_up_at:
                    raise Unreachable(detail="Renewing the connection takes too long.")
                time.sleep(LOOK_AGAIN_SECONDS)
            return self._bearer(row)
        finally:
            self._lock.release()

    def _take_lease(self, generation: int) -> bool:
        now = self._machine_clock.now()
        with writing_session(self._engine) as session:
            row = session.get(Connection, self._id)
            if row is None or row.generation != generation or (row.renewing_until and row.renewing_until > now):
                return False
            row.renewing_until = now + LEASE
            return True

    def _ask(self, row: Connection, generation: int) -> Bearer:
        try:
            refresh_token = self._vault.take(row, "refresh_token").reveal()
            issued = self._client_for(row).refresh(refresh_token)
        except (GrantRefused, Unsealable) as error:
            self._lose(generation, error.detail)
            raise NotConnected(detail=error.detail) from error
        except ServiceNowError:
            self._end_lease()
            raise
        return self._store(row, issued)

    def _store(self, before: Connection, issued: IssuedTokens) -> Bearer:
        with writing_session(self._engine) as session:
            row = session.get(Connection, self._id)
            if row is not None and row.generation == before.generation and row.access_token:
                fill_in(row, self._vault, issued, self._clock)
                return Bearer(issued.access_token, row.generation)
        # The connection was removed meanwhile.
        self._revocations.end(before, issued.refresh_token or issued.access_token)
        raise NotConnected

    def _end_lease(self) -> None:
        with writing_session(self._engine) as session:
            row = session.get(Connection, self._id)
            if row is not None:
                row.renewing_until = None

    def _lose(self, generation: int, detail: str) -> None:
        """The grant is lost: said once, and nothing is tried again until somebody authorises."""
        with writing_session(self._engine) as session:
            row = session.get(Connection, self._id)
            if row is None or row.generation != generation or not row.access_token:
                return
            row.access_token = row.refresh_token = row.expires_at = row.renewing_until = None
            row.generation += 1
            row.reason, row.reason_detail = Reason.GRANT_LOST.value, detail
        log().warning("connection.grant_lost", detail=detail)


def fill_in(row: Connection, vault: TokenVault, issued: IssuedTokens, clock: Clock) -> None:
    """Put newly issued tokens into the row; an answer without a refresh token leaves the old one (attack B11)."""
    vault.put(row, "access_token", issued.access_token)
    if issued.refresh_token:
        vault.put(row, "refresh_token", issued.refresh_token)
    row.expires_at = clock.now() + timedelta(seconds=issued.lifetime)
    row.renewing_until = None
    row.generation += 1

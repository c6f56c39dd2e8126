"""Setting out for the instance's consent page, and coming back with its answer."""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, delete, update

from ...shared.clock import Clock
from ...shared.digests import digest_of
from ...shared.ids import Ids
from ...shared.logs import log
from ...shared.sealing import Unsealable
from ..database import writing_session
from ..errors import N_, Conflict, StateRefused
from ..servicenow.errors import ServiceNowError
from ..servicenow.tokens import IssuedTokens
from .identity import Identities, Identity
from .models import AuthorizationAttempt, Connection
from .renewal import fill_in
from .service import Connections
from .status import Reason
from .vault import TokenVault

LONGEST_ABSENCE = timedelta(minutes=10)
STATE_BYTES = 32
VERIFIER_BYTES = 48
LONGEST_PARAMETER = 4096
LONGEST_DETAIL = 500


@dataclass(frozen=True, repr=False)
class Callback:
    """What the browser brings back from the instance."""

    state: str = ""
    code: str = ""
    error: str = ""
    error_description: str = ""
    issuer: str = ""


class Authorization:
    """``binding`` names who sets out: only the same may come back (attacks B01, B02, B20)."""

    def __init__(
        self,
        engine: Engine,
        connections: Connections,
        *,
        vault: TokenVault,
        identities: Identities,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._engine = engine
        self._connections = connections
        self._vault = vault
        self._identities = identities
        self._clock = clock
        self._ids = ids

    def start(self, binding: str) -> str:
        """Return the instance's address to go to. Raises Conflict when nothing is provisioned, Unreachable."""
        row = self._provisioned()
        client = self._connections.oauth_client(row)
        try:
            issuer = client.promised_issuer()
        except ServiceNowError as error:
            self._note(row.id, Reason.FAILED, error.sentence)
            raise
        state, verifier = self._ids.token(STATE_BYTES), self._ids.token(VERIFIER_BYTES)
        now = self._clock.now()
        with writing_session(self._engine) as session:
            session.execute(delete(AuthorizationAttempt).where(AuthorizationAttempt.started_at < now - LONGEST_ABSENCE))
            session.add(
                AuthorizationAttempt(
                    state_hash=digest_of(state),
                    connection_id=row.id,
                    binding_hash=digest_of(binding),
                    code_verifier=self._vault.seal_verifier(digest_of(state), verifier),
                    issuer=issuer,
                    started_at=now,
                )
            )
        self._note(row.id, Reason.ABANDONED)  # true until they come back
        return client.authorize_url(state, verifier)

    def finish(self, callback: Callback, binding: str) -> None:
        """Redeem the answer and store the tokens. Raises StateRefused, or the ServiceNowError that stopped it."""
        attempt = self._claim(callback.state, binding)
        if attempt.issuer and callback.issuer != attempt.issuer:
            raise StateRefused(detail=N_("It does not come from the instance that was asked."))
        if callback.error or not callback.code:
            self._note_refusal(attempt.connection_id, callback)
            return
        row = self._provisioned()
        if row.id != attempt.connection_id or len(callback.code) > LONGEST_PARAMETER:
            raise StateRefused(detail=N_("The connection was set up anew meanwhile."))
        client = self._connections.oauth_client(row)
        try:
            issued = client.exchange(callback.code, self._vault.open_verifier(attempt))
        except (ServiceNowError, Unsealable) as error:
            sentence = error.sentence if isinstance(error, ServiceNowError) else error.detail
            self._note(row.id, Reason.FAILED, sentence)
            raise
        identity = self._identities.of(self._connections.instance_of(row), issued.access_token)
        self._store(row, issued, identity)

    def _provisioned(self) -> Connection:
        row = self._connections.current()
        if row is None:
            raise Conflict("Nothing is provisioned", "Enter the instance, the client ID and the client secret first.")
        return row

    def _claim(self, state: str, binding: str) -> AuthorizationAttempt:
        """Return the attempt this state belongs to, which from now on is used up. Raises StateRefused."""
        if not state or len(state) > LONGEST_PARAMETER:
            raise StateRefused(detail=N_("It has no state."))
        now = self._clock.now()
        with writing_session(self._engine) as session:
            attempt = session.get(AuthorizationAttempt, digest_of(state))
            if attempt is None or not hmac.compare_digest(attempt.binding_hash, digest_of(binding)):
                raise StateRefused(detail=N_("This browser did not ask for it. Select Authorize to begin anew."))
            if attempt.started_at + LONGEST_ABSENCE < now:
                raise StateRefused(detail=N_("It came more than 10 minutes later. Select Authorize to begin anew."))
            claim = update(AuthorizationAttempt).where(
                AuthorizationAttempt.state_hash == attempt.state_hash, AuthorizationAttempt.used_at.is_(None)
            )
            if session.execute(claim.values(used_at=now)).rowcount != 1:  # type: ignore[attr-defined]
                raise StateRefused(detail=N_("It was used already. Select Authorize to begin anew."))
            return attempt

    def _note_refusal(self, connection_id: int, callback: Callback) -> None:
        reason = Reason.DENIED if callback.error == "access_denied" else Reason.FAILED
        words = ": ".join(word for word in (callback.error, callback.error_description) if word)
        readable = "".join(letter if letter.isprintable() else " " for letter in words[:LONGEST_DETAIL])
        self._note(connection_id, reason, readable or "The answer had no code.")

    def _note(self, connection_id: int, reason: Reason, detail: str = "") -> None:
        """Keep why it is not authorised; a connection that still works is left as it is."""
        log().info("connection.not_authorised_yet", reason=reason.value, detail=detail)
        with writing_session(self._engine) as session:
            row = session.get(Connection, connection_id)
            if row is not None and not row.access_token:
                row.reason, row.reason_detail = reason.value, detail

    def _store(self, before: Connection, issued: IssuedTokens, identity: Identity) -> None:
        with writing_session(self._engine) as session:
            row = session.get(Connection, before.id)
            if row is not None:
                row.refresh_token = None
                fill_in(row, self._vault, issued, self._clock)
                row.authorized_at = self._clock.now()
                row.connected_user, row.connected_name = identity.user, identity.name
                row.expected_user = identity.expected
                row.reason = row.reason_detail = ""
        if row is None:
            self._connections.revocations.end(before, issued.refresh_token or issued.access_token)
            raise Conflict("The connection was removed meanwhile")
        log().info("connection.authorised", user=identity.user, expected=identity.expected)

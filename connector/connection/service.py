"""The tenant's connection to an instance: provisioned, authorised, used, removed."""

import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from requests import Session
from sqlalchemy import Engine, delete, select

from ...shared.clock import Clock, SystemClock
from ...shared.ids import Ids
from ...shared.logs import log
from ...shared.sealing import Unsealable
from ...shared.secret import Secret
from ..database import reading_session, writing_session
from ..errors import Conflict
from ..servicenow.addresses import Addresses, Instance
from ..servicenow.client import InstanceClient
from ..servicenow.errors import NotConnected
from ..servicenow.oauth import OAuthClient
from ..servicenow.transport import BoundedAdapter, harden, safe_retries
from ..settings import Settings
from .models import Connection
from .renewal import StoredTokens
from .revocation import Revocations
from .status import ConnectionStatus, Reason, State
from .vault import TokenVault

NOTE_CALLS_EVERY = timedelta(seconds=5)


@dataclass(frozen=True)
class Credentials:
    """What the provisioning page asks for."""

    instance: str
    client_id: str
    client_secret: Secret


class Connections:
    """Everything that other packages need to know of the connection; knows no Flask."""

    def __init__(self, engine: Engine, settings: Settings, clock: Clock, ids: Ids, vault: TokenVault) -> None:
        self._engine = engine
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._vault = vault
        self._renewal_lock = threading.Lock()
        self._http = Session()
        self.addresses = Addresses(settings.instances)
        self.revocations = Revocations(engine, vault, clock, self._client_at)
        adapter = BoundedAdapter(settings.call_seconds, retries=safe_retries(), source_address=settings.source_address)
        harden(self._http, adapter)

    def current(self) -> Connection | None:
        """Return the connection, apart from any session."""
        with reading_session(self._engine) as session:
            return session.scalars(select(Connection)).one_or_none()

    def status(self) -> ConnectionStatus:
        row = self.current()
        if row is None:
            return ConnectionStatus(State.NOT_CONFIGURED)
        instance = self.instance_of(row)
        if row.access_token:
            status = ConnectionStatus(
                State.CONNECTED,
                connected_as=row.connected_user,
                connected_name=row.connected_name,
                expected_user=row.expected_user,
                since=row.authorized_at,
                trouble=row.reason_detail,
            )
        else:
            status = ConnectionStatus(State.PROVISIONED, reason=Reason(row.reason), detail=row.reason_detail)
        return replace(
            status,
            instance=instance.label,
            instance_url=instance.url,
            client_id=row.client_id,
            last_call=row.last_call_at,
        )

    def instance_of(self, row: Connection) -> Instance:
        return self.addresses.resolve(row.instance_name)

    def provision(self, given: Credentials) -> None:
        """Keep new details; what was connected before is removed. Raises Invalid for an unusable instance name."""
        instance = self.addresses.resolve(given.instance)
        self.remove()
        with writing_session(self._engine) as session:
            session.execute(delete(Connection))
            row = Connection(
                instance_name=instance.name, client_id=given.client_id, client_secret="", created_at=self._clock.now()
            )
            session.add(row)
            session.flush()  # its id is part of what the secret is sealed for
            self._vault.put(row, "client_secret", given.client_secret.reveal())
        log().info("connection.provisioned", instance=instance.name)

    def client(self) -> InstanceClient:
        """Return the instance's REST API, authorised. Raises NotConnected."""
        row = self.current()
        if row is None or not row.access_token:
            raise NotConnected
        connection_id = row.id
        return InstanceClient(
            self.instance_of(row).url,
            self._tokens(connection_id),
            self._http,
            self._clock,
            lambda: self._note_call(connection_id),
            lambda error: self._note_trouble(connection_id, error.sentence),
        )

    def forget(self) -> None:
        """Leave no line open to an instance."""
        self._http.close()

    def remove(self) -> bool:
        """Forget the connection: erased here at once, and revoked at the instance as soon as that hears."""
        row = self.current()
        if row is None:
            return False
        token = self._token_to_end(row)
        with writing_session(self._engine) as session:
            session.execute(delete(Connection).where(Connection.id == row.id))
            pending = self.revocations.note(session, row, token) if token else None
        log().info("connection.removed", instance=row.instance_name)
        if pending is not None:
            self.revocations.attempt(pending)
        return True

    def oauth_client(self, row: Connection) -> OAuthClient:
        """Return the OAuth client this connection is registered as. Raises Conflict if its secret cannot be read."""
        try:
            secret = self._vault.take(row, "client_secret")
        except Unsealable as error:
            raise Conflict("The client secret cannot be read any more", f"{error.detail} Enter it again.") from error
        return self._client_at(row.instance_name, row.client_id, secret)

    def _client_at(self, instance_name: str, client_id: str, client_secret: Secret) -> OAuthClient:
        return OAuthClient(
            self.addresses.resolve(instance_name),
            client_id,
            client_secret,
            self._settings.callback_url,
            self._settings.call_seconds,
            self._settings.source_address,
        )

    def _tokens(self, connection_id: int) -> StoredTokens:
        return StoredTokens(
            self._engine,
            connection_id,
            vault=self._vault,
            clock=self._clock,
            machine_clock=SystemClock(),
            client_for=self.oauth_client,
            revocations=self.revocations,
            lock=self._renewal_lock,
            patience_seconds=self._settings.call_seconds * 2,
        )

    def _token_to_end(self, row: Connection) -> str:
        """The refresh token, with which the access token ends as well; empty when there is none that can be read."""
        try:
            return (self._vault.take(row, "refresh_token") or self._vault.take(row, "access_token")).reveal()
        except Unsealable as error:
            log().warning("connection.not_revoked", detail=error.detail)
            return ""

    def _note_call(self, connection_id: int) -> None:
        now = self._clock.now()
        row = self.current()
        if row is None or (self._is_recent(row, now) and not row.reason_detail):
            return
        with writing_session(self._engine) as session:
            found = session.get(Connection, connection_id)
            if found is not None:
                found.last_call_at, found.reason_detail = now, ""

    @staticmethod
    def _is_recent(row: Connection, now: datetime) -> bool:
        return row.last_call_at is not None and abs(now - row.last_call_at) < NOTE_CALLS_EVERY

    def _note_trouble(self, connection_id: int, sentence: str) -> None:
        """Keep why calls fail while the connection is authorised; written when it changes, not with every call."""
        row = self.current()
        if row is None or row.id != connection_id or not row.access_token or row.reason_detail == sentence:
            return
        with writing_session(self._engine) as session:
            found = session.get(Connection, connection_id)
            if found is not None and found.access_token:
                found.reason_detail = sentence

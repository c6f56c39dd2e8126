"""Credentials: issued tokens as oauth_credential records, one of each type for a client and a user.

Asking again while a token lives gives the same token with a new expiry (platform 1.5, D). Only a hash is kept, so
tokens are derived (tokens.py), and a database restored under another key holds none that works.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ...shared.clock import Clock
from ...shared.ids import Ids
from ..access.caller import Caller
from ..errors import NoRecordFound
from ..identity.users import UserAccount, fields_through
from ..records.gate import Gate, Transaction
from ..records.glide_record import GlideRecord
from ..records.row import Row
from .clients import SCOPE, Client
from .tokens import Tokens, digest_of
from .uses import TokenUses

TABLE = "oauth_credential"

OWN_FIELDS = ("type", "token", "expires", "revoked", "oauth_entity", "oauth_entity.active")


class TokenType(StrEnum):
    """Wire values of ``oauth_credential.type``."""

    ACCESS = "access_token"
    REFRESH = "refresh_token"


class Dead(StrEnum):
    """Why a token does not stand for anything. Inside, the log may tell; outside, all look alike."""

    UNKNOWN = "no credential of this instance"
    WRONG_TYPE = "a token of the other type"
    EXPIRED = "expired"
    REVOKED = "revoked"
    CLIENT_INACTIVE = "its application is inactive"
    USER_UNUSABLE = "its user is inactive, locked out or gone"


@dataclass(frozen=True, slots=True)
class Credential:
    """A live token's record, its client and its user."""

    sys_id: str
    type: TokenType
    entity: str
    account: UserAccount
    judged_at: datetime


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """The answer to a token request."""

    access_token: str
    refresh_token: str
    lifespan: timedelta

    @property
    def body(self) -> Mapping[str, str | int]:
        """The body in the recorded order of keys; ``expires_in`` is one less than the lifespan (platform 1.3, F)."""
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "scope": SCOPE,
            "token_type": "Bearer",
            "expires_in": max(int(self.lifespan.total_seconds()) - 1, 0),
        }


class ConnectionState(StrEnum):
    NOT_AUTHORISED = "not authorised"
    CONNECTED = "connected"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """What an entity's own credentials tell of whoever connected with it last."""

    state: ConnectionState
    user: str = ""
    """sys_id of the user."""
    user_name: str = ""
    since: datetime | None = None
    last_call: datetime | None = None


class Credentials:
    """Issues, judges and revokes tokens."""

    def __init__(self, gate: Gate, tokens: Tokens, uses: TokenUses, clock: Clock, ids: Ids) -> None:
        self._gate = gate
        self._tokens = tokens
        self._uses = uses
        self._clock = clock
        self._ids = ids

    def issue(self, transaction: Transaction, client: Client, user: UserAccount) -> IssuedTokens:
        """The access and the refresh token of this client and user, both with a new expiry."""
        access = self._live_or_new(transaction, TokenType.ACCESS, client, user, client.access_lifespan)
        refresh = self._live_or_new(transaction, TokenType.REFRESH, client, user, client.refresh_lifespan)
        return IssuedTokens(access, refresh, client.access_lifespan)

    def refresh(self, transaction: Transaction, client: Client, credential: Credential) -> IssuedTokens | None:
        """The access token anew for a refresh token, which itself stays as it is (platform 1.5, D).

        None when the refresh token died since it was judged: this transaction is the one that counts.
        """
        if isinstance(self._judge(credential.sys_id, TokenType.REFRESH, transaction), Dead):
            return None
        access = self._live_or_new(transaction, TokenType.ACCESS, client, credential.account, client.access_lifespan)
        return IssuedTokens(access, self._tokens.token_of(credential.sys_id), client.access_lifespan)

    def judge(self, token: str, kind: TokenType) -> Credential | Dead:
        """What a token stands for now, or why it does not. One read; none for a text we did not make."""
        sys_id = self._tokens.credential_of(token)
        return Dead.UNKNOWN if sys_id is None else self._judge(sys_id, kind, None)

    def note_use(self, credential: Credential) -> None:
        self._uses.note(credential.entity, credential.account.sys_id, credential.judged_at)

    def revoke(self, token: str) -> None:
        """Make a token useless; any text that is no live token changes nothing (RFC 7009)."""
        sys_id = self._tokens.credential_of(token)
        if sys_id is not None:
            self.revoke_credential(sys_id)

    def revoke_credential(self, sys_id: str) -> None:
        """Revoke one record; with a refresh token goes the access token that it gave."""
        with self._gate.transaction() as transaction:
            records = self._records(transaction)
            try:
                row = records.get(sys_id, ("user", *OWN_FIELDS))
            except NoRecordFound:
                return
            self._end(records, row)
            if row.value("type") == TokenType.REFRESH:
                for access in self._rows(transaction, TokenType.ACCESS, row.value("oauth_entity"), row.value("user")):
                    self._end(records, access)

    def status_for(self, entity_sys_id: str) -> ConnectionStatus:
        """Whether an entity is connected, and as whom: the latest authorisation that lives, else the latest one."""
        fields = (*OWN_FIELDS, "user", "user.user_name", "sys_created_on")
        query = f"oauth_entity={entity_sys_id}^type={TokenType.REFRESH}^ORDERBYDESCsys_updated_on"
        rows = self._records(None).query(query, fields=fields).rows
        living = [row for row in rows if self._is_live(row)]
        if not rows:
            return ConnectionStatus(ConnectionState.NOT_AUTHORISED)
        row = (living or rows)[0]
        if living:
            state = ConnectionState.CONNECTED
        else:
            state = ConnectionState.REVOKED if row.native("revoked") else ConnectionState.EXPIRED
        since = row.moment("sys_created_on")
        last_call = self._uses.last(entity_sys_id, row.value("user"))
        if last_call is not None and since is not None and last_call < since:
            last_call = None  # of an earlier connection
        return ConnectionStatus(state, row.value("user"), row.value("user.user_name"), since, last_call)

    def _live_or_new(
        self, transaction: Transaction, kind: TokenType, client: Client, user: UserAccount, lifespan: timedelta
    ) -> str:
        records = self._records(transaction)
        expires = self._clock.now() + lifespan
        kept = None
        for row in self._rows(transaction, kind, client.sys_id, user.sys_id):
            if kept is None and self._is_live(row):
                kept = row.sys_id
            else:
                records.delete(row.sys_id)
        if kept is not None:
            records.update(kept, {"expires": expires})
            return self._tokens.token_of(kept)
        return self._insert(records, kind, client, user, expires)

    def _insert(
        self, records: GlideRecord, kind: TokenType, client: Client, user: UserAccount, expires: datetime
    ) -> str:
        sys_id = self._ids.sys_id()
        token = self._tokens.token_of(sys_id)
        records.insert(
            {
                "sys_id": sys_id,
                "name": client.name,
                "type": kind.value,
                "token": digest_of(token),
                "expires": expires,
                "oauth_entity": client.sys_id,
                "user": user.sys_id,
                "scopes": SCOPE,
            }
        )
        return token

    def _judge(self, sys_id: str, kind: TokenType, within: Transaction | None) -> Credential | Dead:
        try:
            row = self._records(within).get(sys_id, (*OWN_FIELDS, *fields_through("user")))
        except NoRecordFound:
            return Dead.UNKNOWN
        account = UserAccount.referred_by(row, "user")
        now = self._clock.now()
        dead = self._cause_of_death(row, kind, account, now)
        if dead is not None or account is None:
            return dead or Dead.USER_UNUSABLE
        return Credential(row.sys_id, kind, row.value("oauth_entity"), account, now)

    def _cause_of_death(self, row: Row, kind: TokenType, account: UserAccount | None, now: datetime) -> Dead | None:
        expires = row.moment("expires")
        causes = (
            (row.value("token") != digest_of(self._tokens.token_of(row.sys_id)), Dead.UNKNOWN),
            (row.value("type") != kind, Dead.WRONG_TYPE),
            (bool(row.native("revoked")), Dead.REVOKED),
            (expires is None or now >= expires, Dead.EXPIRED),
            (not row.native("oauth_entity.active"), Dead.CLIENT_INACTIVE),
            (account is None or not account.is_usable, Dead.USER_UNUSABLE),
        )
        return next((cause for applies, cause in causes if applies), None)

    def _is_live(self, row: Row) -> bool:
        """Whether the record's token would work; one made under another key is as dead as an expired one."""
        expires = row.moment("expires")
        derived = digest_of(self._tokens.token_of(row.sys_id))
        fresh = expires is not None and self._clock.now() < expires
        return fresh and not row.native("revoked") and row.value("token") == derived

    def _rows(self, transaction: Transaction, kind: TokenType, entity: str, user: str) -> Sequence[Row]:
        query = f"oauth_entity={entity}^user={user}^type={kind}^ORDERBYDESCexpires"
        return self._records(transaction).query(query, fields=OWN_FIELDS).rows

    def _end(self, records: GlideRecord, row: Row) -> None:
        """Revoking marks a live token expired (platform 1.0, D); why it is, a flag of ours tells."""
        if self._is_live(row):
            records.update(row.sys_id, {"expires": self._clock.now(), "revoked": True})

    def _records(self, transaction: Transaction | None) -> GlideRecord:
        return self._gate.record(TABLE, Caller.system(), transaction)

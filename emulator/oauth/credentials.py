"""Credentials: issued tokens as oauth_credential records, one of each type for a client and a user.

Asking again while a token lives gives the same token with a new expiry (platform 1.5, D). Only a hash is kept, so
tokens are derived (tokens.py), and a database restored under another key holds none that works.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ...shared.clock import Clock
from ...shared.digests import digest_of
from ...shared.ids import Ids
from ...shared.logs import log
from ..access.caller import Caller
from ..errors import NoRecordFound
from ..identity.accounts import UserAccount, fields_through
from ..records.gate import Gate, Transaction
from ..records.glide_record import GlideRecord
from ..records.row import Row
from .clients import SCOPE, SECURELY_SCOPED, Client
from .tokens import Tokens
from .uses import TokenUses

TABLE = "oauth_credential"

OWN_FIELDS = (
    "type",
    "token",
    "expires",
    "revoked",
    "scopes",
    "family",
    "successor",
    "password_mark",
    "oauth_entity",
    "oauth_entity.active",
    "oauth_entity.scope_restriction_status",
    "oauth_entity.enforce_token_restrictions",
)

JUDGED_FIELDS = (*OWN_FIELDS, *fields_through("user"))


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
    PASSWORD_CHANGED = "its user has another password since"  # noqa: S105 - a sentence
    ROTATED = "a refresh token whose successor was given out"


@dataclass(frozen=True, slots=True)
class Credential:
    """A live token's record, its client and its user."""

    sys_id: str
    type: TokenType
    entity: str
    account: UserAccount
    judged_at: datetime
    scope: str = SCOPE
    family: str = ""
    """Of a hardened client's tokens: all that come of one grant."""
    is_restricted: bool = False
    """Whether its client's tokens open only APIs that an auth scope names."""
    follows_policies: bool = False
    """Whether its client's tokens open only APIs that a REST API access policy names."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a token is."""

    entity: str
    hardened: bool
    """Whether it was given out under the hardened rules."""


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """The answer to a token request."""

    access_token: str
    refresh_token: str
    """Empty for a grant that gives none."""
    lifespan: timedelta
    scope: str = SCOPE

    @property
    def body(self) -> Mapping[str, str | int]:
        """The body in the recorded order of keys; ``expires_in`` is one less than the lifespan (platform 1.3, F)."""
        return {
            "access_token": self.access_token,
            **({"refresh_token": self.refresh_token} if self.refresh_token else {}),
            "scope": self.scope,
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


@dataclass(frozen=True, slots=True)
class _Found:
    """A credential's record with its user."""

    row: Row
    account: UserAccount | None
    is_ours: bool
    """Whether its token was made under this key."""


Held = Mapping[str, Sequence[Row]]
"""The tokens that a client and a user share, by type, those that last longest first."""


class Credentials:
    """Issues, judges and revokes tokens."""

    def __init__(self, gate: Gate, tokens: Tokens, uses: TokenUses, clock: Clock, ids: Ids) -> None:
        self._gate = gate
        self._tokens = tokens
        self._uses = uses
        self._clock = clock
        self._ids = ids

    def issue(
        self, transaction: Transaction, client: Client, user: UserAccount, *, scope: str = "", with_refresh: bool = True
    ) -> IssuedTokens:
        """The access and the refresh token of this client and user, both with a new expiry.

        A grant without refresh token renews the expiry of one that lives all the same (platform 1.5, D).
        """
        granted = client.get_allowed_scope(scope)
        held = self._held(transaction, client, user)
        access = self._live_or_new(transaction, TokenType.ACCESS, held, client, user, granted)
        refresh = ""
        if with_refresh:
            refresh = self._live_or_new(transaction, TokenType.REFRESH, held, client, user, granted)
        else:
            self._renew_refresh(transaction, held, client)
        return IssuedTokens(access, refresh, client.access_lifespan, granted)

    def refresh(
        self, transaction: Transaction, client: Client, credential: Credential, scope: str = ""
    ) -> IssuedTokens | None:
        """The access token anew for a refresh token, which itself stays as it is (platform 1.5, D).

        None when the refresh token died since it was judged: this transaction is the one that counts.
        """
        if isinstance(self._judge(credential.sys_id, TokenType.REFRESH, transaction), Dead):
            return None
        granted = scope or credential.scope
        held = self._held(transaction, client, credential.account)
        access = self._live_or_new(transaction, TokenType.ACCESS, held, client, credential.account, granted)
        refresh = self._tokens.token_of(credential.sys_id, hardened=bool(credential.family))
        return IssuedTokens(access, refresh, client.access_lifespan, granted)

    def judge(self, token: str, kind: TokenType, *, rotated_too: bool = False) -> Credential | Dead:
        """What a token stands for now, or why it does not. One read; none for a text we did not make."""
        sys_id = self._tokens.credential_of(token)
        return Dead.UNKNOWN if sys_id is None else self._judge(sys_id, kind, None, rotated_too=rotated_too)

    def owner_of(self, token: str) -> Owner | None:
        """The client a token was made for, whether it lives or not; None for a text that is no token here."""
        sys_id = self._tokens.credential_of(token)
        row = self._records(None).find(f"sys_id={sys_id}", ("oauth_entity", "family")) if sys_id else None
        return Owner(row.value("oauth_entity"), bool(row.value("family"))) if row else None

    def expiry_of(self, credential: Credential) -> datetime | None:
        return self._records(None).get(credential.sys_id, ("expires",)).moment("expires")

    def note_use(self, credential: Credential) -> None:
        self._uses.note(credential.entity, credential.account.sys_id, credential.judged_at)

    def revoke(self, token: str) -> None:
        """Make a token useless; any text that is no live token changes nothing (RFC 7009)."""
        sys_id = self._tokens.credential_of(token)
        if sys_id is not None:
            self.revoke_credential(sys_id)

    def revoke_credential(self, sys_id: str) -> None:
        """Revoke one record; with a refresh token goes the access token that it gave, or its whole family."""
        with self._gate.transaction() as transaction:
            records = self._records(transaction)
            try:
                row = records.get(sys_id, ("user", *OWN_FIELDS))
            except NoRecordFound:
                return
            self._end(records, row)
            if row.value("type") != TokenType.REFRESH:
                return
            if row.value("family"):
                self._end_all(transaction, f"family={row.value('family')}")
            else:
                shared = _shared_by(row.value("oauth_entity"), row.value("user"))
                self._end_all(transaction, f"{shared}^type={TokenType.ACCESS}")

    def revoke_access(self, entity: str, user: str) -> None:
        """Revoke whatever a user has allowed an application: My Connected Apps > Revoke Access (platform 1.5, D)."""
        with self._gate.transaction() as transaction:
            self._end_all(transaction, f"oauth_entity={entity}^user={user}")

    def revoke_family(self, family: str) -> None:
        """Revoke all that came of one grant, in a transaction of its own: the one that found the misuse is undone."""
        with self._gate.transaction() as transaction:
            self._end_all(transaction, f"family={family}")

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
        self, transaction: Transaction, kind: TokenType, held: Held, client: Client, user: UserAccount, scope: str
    ) -> str:
        expires = self._clock.now() + (client.access_lifespan if kind is TokenType.ACCESS else client.refresh_lifespan)
        kept = None
        for row in held.get(kind, ()):
            if kept is None and self._is_live(row):
                kept = row
            else:
                self._records(transaction).delete(row.sys_id)
        if kept is None:
            return self.insert(transaction, kind, client, user, {"expires": expires, "scopes": scope})
        self._renew(transaction, kept, expires, scope)
        return self._tokens.token_of(kept.sys_id)

    def _renew_refresh(self, transaction: Transaction, held: Held, client: Client) -> None:
        for row in held.get(TokenType.REFRESH, ()):
            if self._is_live(row):
                self._renew(transaction, row, self._clock.now() + client.refresh_lifespan, row.value("scopes"))

    def _renew(self, transaction: Transaction, row: Row, expires: datetime, scope: str) -> None:
        """Of a token that is asked for again within the second there is nothing to write."""
        if (row.moment("expires"), row.value("scopes")) != (expires.replace(microsecond=0), scope):
            self._records(transaction).update(row.sys_id, {"expires": expires, "scopes": scope}, named=False)

    def insert(
        self, transaction: Transaction, kind: TokenType, client: Client, user: UserAccount, values: Mapping[str, object]
    ) -> str:
        """Write one credential and return its token. ``values`` are those of this grant: expiry, scopes, family."""
        sys_id = self._ids.sys_id()
        token = self._tokens.token_of(sys_id, hardened=bool(values.get("family")))
        self._records(transaction).insert(
            {
                "sys_id": sys_id,
                "name": client.name,
                "type": kind.value,
                "token": digest_of(token),
                "oauth_entity": client.sys_id,
                "user": user.sys_id,
                **values,
            }
        )
        return token

    def _judge(
        self, sys_id: str, kind: TokenType, within: Transaction | None, *, rotated_too: bool = False
    ) -> Credential | Dead:
        try:
            found = self._found(sys_id, within)
        except NoRecordFound:
            return Dead.UNKNOWN
        row, account = found.row, found.account
        now = self._clock.now()
        dead = self._cause_of_death(found, kind, now)
        if (dead is not None and not (rotated_too and dead is Dead.ROTATED)) or account is None:
            return dead or Dead.USER_UNUSABLE
        return Credential(
            row.sys_id,
            kind,
            row.value("oauth_entity"),
            account,
            now,
            row.value("scopes"),
            row.value("family"),
            row.value("oauth_entity.scope_restriction_status") == SECURELY_SCOPED,
            bool(row.native("oauth_entity.enforce_token_restrictions")),
        )

    def _found(self, sys_id: str, within: Transaction | None) -> _Found:
        """Every request with a token asks for it. Raises NoRecordFound."""

        def read() -> _Found:
            row = self._records(within).get(sys_id, JUDGED_FIELDS, named=False)
            return _Found(row, UserAccount.referred_by(row, "user"), row.value("token") == self._digest(row))

        return self._gate.unchanged((TABLE, sys_id), read, within)

    def _cause_of_death(self, found: _Found, kind: TokenType, now: datetime) -> Dead | None:
        row, account = found.row, found.account
        expires = row.moment("expires")
        mark = row.value("password_mark")
        causes = (
            (not found.is_ours, Dead.UNKNOWN),
            (row.value("type") != kind, Dead.WRONG_TYPE),
            (bool(row.native("revoked")), Dead.REVOKED),
            (expires is None or now >= expires, Dead.EXPIRED),
            (not row.native("oauth_entity.active"), Dead.CLIENT_INACTIVE),
            (account is None or not account.is_usable, Dead.USER_UNUSABLE),
            (bool(mark) and account is not None and account.password_mark != mark, Dead.PASSWORD_CHANGED),
            (bool(row.value("successor")), Dead.ROTATED),
        )
        return next((cause for applies, cause in causes if applies), None)

    def _digest(self, row: Row) -> str:
        """What is kept of a record's token, if it was made under this key."""
        return digest_of(self._tokens.token_of(row.sys_id, hardened=bool(row.value("family"))))

    def _is_live(self, row: Row) -> bool:
        """Whether the record's token would work; one made under another key is as dead as an expired one."""
        expires = row.moment("expires")
        fresh = expires is not None and self._clock.now() < expires
        return fresh and not row.native("revoked") and row.value("token") == self._digest(row)

    def _held(self, transaction: Transaction, client: Client, user: UserAccount) -> Held:
        query = f"{_shared_by(client.sys_id, user.sys_id)}^ORDERBYDESCexpires"
        held: dict[str, list[Row]] = defaultdict(list)
        for row in self._records(transaction).query(query, fields=OWN_FIELDS, named=False).rows:
            held[row.value("type")].append(row)
        return held

    def _end_all(self, transaction: Transaction, query: str) -> None:
        records = self._records(transaction)
        for row in records.query(query, fields=OWN_FIELDS).rows:
            self._end(records, row)

    def _end(self, records: GlideRecord, row: Row) -> None:
        """Revoking marks a live token expired (platform 1.0, D); why it is, a flag of ours tells."""
        if self._is_live(row):
            records.update(row.sys_id, {"expires": self._clock.now(), "revoked": True})
            log().info("oauth.revoked", kind=row.value("type"), record=f"{TABLE}.{row.sys_id}")

    def _records(self, transaction: Transaction | None) -> GlideRecord:
        return self._gate.record(TABLE, Caller.system(), transaction)


def _shared_by(entity: str, user: str) -> str:
    """The query for the tokens that a client and a user share; those of a family belong to its grant alone."""
    return f"oauth_entity={entity}^user={user}^familyISEMPTY"

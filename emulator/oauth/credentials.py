"""Credentials: issued tokens as oauth_credential records, one of each type for a client and a user.

Asking again while a token lives gives the same token with a new expiry (platform 1.5, D). Only a hash is kept, so
tokens are derived (tokens.py), and a database restored under another key holds none that works.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...shared.clock import Clock
from ...shared.digests import digest_of
from ...shared.ids import Ids
from ...shared.logs import log
from ..access.caller import Caller
from ..errors import NoRecordFound
from ..identity.accounts import UserAccount
from ..records.gate import Gate, Transaction
from ..records.glide_record import GlideRecord
from ..records.row import Row
from .clients import SCOPE, Client
from .judging import OWN_FIELDS, TABLE, Credential, Dead, Judge, TokenType
from .tokens import Tokens


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


Held = Mapping[str, Sequence[Row]]
"""The tokens that a client and a user share, by type, those that last longest first."""


class Credentials:
    """Issues and revokes tokens."""

    def __init__(self, gate: Gate, tokens: Tokens, judge: Judge, clock: Clock, ids: Ids) -> None:
        self._gate = gate
        self._tokens = tokens
        self._judge = judge
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
        if isinstance(self._judge.record(credential.sys_id, TokenType.REFRESH, transaction), Dead):
            return None
        granted = scope or credential.scope
        held = self._held(transaction, client, credential.account)
        access = self._live_or_new(transaction, TokenType.ACCESS, held, client, credential.account, granted)
        refresh = self._tokens.token_of(credential.sys_id, hardened=bool(credential.family))
        return IssuedTokens(access, refresh, client.access_lifespan, granted)

    def owner_of(self, token: str) -> Owner | None:
        """The client a token was made for, whether it lives or not; None for a text that is no token here."""
        sys_id = self._tokens.credential_of(token)
        row = self._records(None).find(f"sys_id={sys_id}", ("oauth_entity", "family")) if sys_id else None
        return Owner(row.value("oauth_entity"), bool(row.value("family"))) if row else None

    def expiry_of(self, credential: Credential) -> datetime | None:
        return self._records(None).get(credential.sys_id, ("expires",)).moment("expires")

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

    def _live_or_new(
        self, transaction: Transaction, kind: TokenType, held: Held, client: Client, user: UserAccount, scope: str
    ) -> str:
        expires = self._clock.now() + (client.access_lifespan if kind is TokenType.ACCESS else client.refresh_lifespan)
        kept = None
        for row in held.get(kind, ()):
            if kept is None and self._judge.is_live(row):
                kept = row
            else:
                self._records(transaction).delete(row.sys_id)
        if kept is None:
            return self.insert(transaction, kind, client, user, {"expires": expires, "scopes": scope})
        self._renew(transaction, kept, expires, scope)
        return self._tokens.token_of(kept.sys_id)

    def _renew_refresh(self, transaction: Transaction, held: Held, client: Client) -> None:
        for row in held.get(TokenType.REFRESH, ()):
            if self._judge.is_live(row):
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
        if self._judge.is_live(row):
            records.update(row.sys_id, {"expires": self._clock.now(), "revoked": True})
            log().info("oauth.revoked", kind=row.value("type"), record=f"{TABLE}.{row.sys_id}")

    def _records(self, transaction: Transaction | None) -> GlideRecord:
        return self._gate.record(TABLE, Caller.system(), transaction)


def _shared_by(entity: str, user: str) -> str:
    """The query for the tokens that a client and a user share; those of a family belong to its grant alone."""
    return f"oauth_entity={entity}^user={user}^familyISEMPTY"

"""Tokens of hardened clients: one family for each grant, rotated with every refresh (RFC 9700 2.2.2 and 4.14).

A refresh token works once. A client that lost the answer may ask again within a grace window and gets the very same
successor, once; any other use of an old refresh token means that two hold it, and ends the family.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ...shared.clock import Clock
from ..access.caller import Caller
from ..errors import NoRecordFound
from ..identity.accounts import UserAccount
from ..records.gate import Gate, Transaction
from ..records.row import Row
from . import policy
from .clients import Client
from .credentials import Credentials, IssuedTokens
from .judging import OWN_FIELDS, TABLE, Credential, Dead, TokenType
from .tokens import Tokens

GRACE = timedelta(seconds=policy.GRACE_SECONDS)

ROTATION_FIELDS = (*OWN_FIELDS, "user", "rotated", "regranted", "password_mark")


class Replayed(Exception):
    """An old refresh token was used again: its family must end, after this transaction is gone."""

    def __init__(self, family: str) -> None:
        self.family = family
        super().__init__()


class Families:
    """Issues and rotates."""

    def __init__(self, gate: Gate, credentials: Credentials, tokens: Tokens, clock: Clock) -> None:
        self._gate = gate
        self._credentials = credentials
        self._tokens = tokens
        self._clock = clock

    def issue(
        self, transaction: Transaction, client: Client, user: UserAccount, family: str, scope: str, *, refresh: bool
    ) -> IssuedTokens:
        """The first tokens of a family. Those of families past their time are cleared away."""
        self._clear(transaction, client, user)
        bound = refresh and policy.PASSWORD_CHANGE_ENDS_HARDENED_TOKENS
        shared = {"family": family, "scopes": scope, "password_mark": user.password_mark if bound else ""}
        access = self._access(transaction, client, user, shared)
        token = ""
        if refresh:
            expires = self._clock.now() + client.refresh_lifespan
            values = {**shared, "expires": expires}
            token = self._credentials.insert(transaction, TokenType.REFRESH, client, user, values)
        return IssuedTokens(access, token, client.access_lifespan, scope)

    def rotate(
        self, transaction: Transaction, client: Client, credential: Credential, scope: str = ""
    ) -> IssuedTokens | Dead:
        """New tokens in the place of a refresh token. Raises Replayed when it had its successor already.

        The family's end stays where the first grant put it, however often it is rotated (attack A33).
        """
        row = self._row(transaction, credential.sys_id)
        if row is None or row.native("revoked"):
            return Dead.REVOKED
        if row.value("successor"):
            return self._again(transaction, client, row)
        family = row.value("family")
        self._end_access(transaction, family)
        shared = {"family": family, "password_mark": row.value("password_mark")}
        original = row.value("scopes")
        granted = scope or original
        access = self._access(transaction, client, credential.account, {**shared, "scopes": granted})
        values = {**shared, "scopes": original, "expires": row.moment("expires")}
        refresh = self._credentials.insert(transaction, TokenType.REFRESH, client, credential.account, values)
        successor = self._tokens.credential_of(refresh)
        self._update(transaction, row, {"successor": successor, "rotated": self._clock.now()})
        return IssuedTokens(access, refresh, client.access_lifespan, granted)

    def _again(self, transaction: Transaction, client: Client, row: Row) -> IssuedTokens:
        """The same successor, and the access token that came with it."""
        family = row.value("family")
        rotated = row.moment("rotated")
        successor = self._row(transaction, row.value("successor"))
        in_grace = rotated is not None and self._clock.now() < rotated + GRACE
        if successor is None or successor.value("successor") or row.native("regranted") or not in_grace:
            raise Replayed(family)
        self._update(transaction, row, {"regranted": True})
        living = self._living_access(transaction, family)
        if living is None:
            raise Replayed(family)
        refresh = self._tokens.token_of(successor.sys_id, hardened=True)
        access = self._tokens.token_of(living.sys_id, hardened=True)
        return IssuedTokens(access, refresh, client.access_lifespan, living.value("scopes"))

    def _access(self, transaction: Transaction, client: Client, user: UserAccount, shared: Mapping[str, object]) -> str:
        values = {**shared, "revoked": False, "expires": self._clock.now() + client.access_lifespan}
        return self._credentials.insert(transaction, TokenType.ACCESS, client, user, values)

    def _end_access(self, transaction: Transaction, family: str) -> None:
        """One access token lives in a family: the newest."""
        living = self._living_access(transaction, family)
        while living is not None:
            self._update(transaction, living, {"expires": self._clock.now(), "revoked": True})
            living = self._living_access(transaction, family)

    def _living_access(self, transaction: Transaction, family: str) -> Row | None:
        query = f"family={family}^type={TokenType.ACCESS}^revoked=false^ORDERBYDESCexpires"
        row = self._gate.record(TABLE, Caller.system(), transaction).find(query, ROTATION_FIELDS)
        expires: datetime | None = row.moment("expires") if row else None
        return row if expires is not None and self._clock.now() < expires else None

    def _clear(self, transaction: Transaction, client: Client, user: UserAccount) -> None:
        records = self._gate.record(TABLE, Caller.system(), transaction)
        mine = f"oauth_entity={client.sys_id}^user={user.sys_id}^familyISNOTEMPTY"
        for row in records.query(mine, fields=("expires",)).rows:
            expires = row.moment("expires")
            if expires is None or expires <= self._clock.now():
                records.delete(row.sys_id)

    def _row(self, transaction: Transaction, sys_id: str) -> Row | None:
        try:
            return self._gate.record(TABLE, Caller.system(), transaction).get(sys_id, ROTATION_FIELDS)
        except NoRecordFound:
            return None

    def _update(self, transaction: Transaction, row: Row, values: Mapping[str, object]) -> None:
        self._gate.record(TABLE, Caller.system(), transaction).update(row.sys_id, values)

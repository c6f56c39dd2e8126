"""What a token stands for: its credential's record, judged anew with every request.

A record under another key holds a token that this instance cannot have given out, and is as good as none.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ...shared.clock import Clock
from ...shared.digests import digest_of
from ..access.caller import Caller
from ..errors import NoRecordFound
from ..identity.accounts import UserAccount, fields_through
from ..records.gate import Gate, Transaction
from ..records.row import Row
from .clients import SCOPE, SECURELY_SCOPED
from .tokens import Tokens

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
    """Why a token stands for nothing. The log may say so; to the client, all look alike."""

    UNKNOWN = "no credential of this instance"
    WRONG_TYPE = "a token of the other type"
    EXPIRED = "expired"
    REVOKED = "revoked"
    CLIENT_INACTIVE = "its application is inactive"
    USER_UNUSABLE = "its user is inactive, locked out or gone"
    PASSWORD_CHANGED = "its user's password has changed since"  # noqa: S105 - a sentence
    ROTATED = "a refresh token that has been rotated"


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
class _Found:
    """A credential's record with its user."""

    row: Row
    account: UserAccount | None
    is_ours: bool
    """Whether its token was made under this key."""


class Judge:
    """Says of a token, or of a credential's record, what it stands for now, or why it stands for nothing."""

    def __init__(self, gate: Gate, tokens: Tokens, clock: Clock) -> None:
        self._gate = gate
        self._tokens = tokens
        self._clock = clock

    def token(self, token: str, kind: TokenType, *, rotated_too: bool = False) -> Credential | Dead:
        """What a token stands for now, or why it does not. One read; none for a text we did not make."""
        sys_id = self._tokens.credential_of(token)
        return Dead.UNKNOWN if sys_id is None else self.record(sys_id, kind, rotated_too=rotated_too)

    def record(
        self, sys_id: str, kind: TokenType, within: Transaction | None = None, *, rotated_too: bool = False
    ) -> Credential | Dead:
        """What the token of this record stands for; ``within`` a transaction that counts on it."""
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

    def is_live(self, row: Row) -> bool:
        """Whether the record's token would work; one made under another key is as dead as an expired one."""
        expires = row.moment("expires")
        fresh = expires is not None and self._clock.now() < expires
        return fresh and not row.native("revoked") and row.value("token") == self._digest(row)

    def _found(self, sys_id: str, within: Transaction | None) -> _Found:
        """Every request with a token asks for it. Raises NoRecordFound."""

        def read() -> _Found:
            records = self._gate.record(TABLE, Caller.system(), within)
            row = records.get(sys_id, JUDGED_FIELDS, named=False)
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

"""Authorization codes: kept hashed, used once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin
from sqlalchemy import Connection, String, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ...shared.clock import Clock
from ...shared.column_types import UtcDateTime
from ...shared.digests import digest_of
from ...shared.text import spelled_out
from ..database import Base
from ..identity.storage import Database

KEPT_FOR = timedelta(days=1)
"""Used and expired codes are kept this long, so that a late use is told apart from an unknown code in the log."""


class AuthorizationCode(Base):
    """One code. What is not in the record tables must still be burned in the transaction that writes its tokens."""

    __tablename__ = "oauth_authorization_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    entity: Mapped[str] = mapped_column(String(32))
    user: Mapped[str] = mapped_column(String(32))
    redirect_uri: Mapped[str]
    """As the authorization request gave it; empty when it gave none."""
    code_challenge: Mapped[str]
    code_challenge_method: Mapped[str]
    expires: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CodeScope(Base):
    """The scopes that were asked for with a code, when any were."""

    __tablename__ = "oauth_code_scope"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    scope: Mapped[str]
    expires: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(frozen=True, slots=True)
class IssuedCode(AuthorizationCodeMixin):
    """A code as it was read, in the form Authlib's grant works with."""

    code_hash: str
    entity: str
    user: str
    redirect_uri: str
    code_challenge: str
    code_challenge_method: str
    expires: datetime
    used_at: datetime | None
    scope: str = ""

    @property
    def family(self) -> str:
        """Of the tokens that a hardened client gets for it."""
        return self.code_hash[:32]

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@dataclass(frozen=True, slots=True)
class Approval:
    """What a user allowed: the input of a code."""

    entity: str
    user: str
    redirect_uri: str
    code_challenge: str
    code_challenge_method: str
    lifespan: timedelta
    scope: str = ""


class Codes:
    """Issues, finds and burns codes."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def save(self, code: str, approval: Approval) -> None:
        now = self._clock.now()
        row = {
            "code_hash": digest_of(code),
            "entity": approval.entity,
            "user": approval.user,
            "redirect_uri": approval.redirect_uri,
            "code_challenge": approval.code_challenge,
            "code_challenge_method": approval.code_challenge_method,
            "expires": now + approval.lifespan,
        }
        with self._database.writing() as connection:
            connection.execute(delete(AuthorizationCode).where(AuthorizationCode.expires < now - KEPT_FOR))
            connection.execute(delete(CodeScope).where(CodeScope.expires < now - KEPT_FOR))
            connection.execute(insert(AuthorizationCode).values(row))
            if approval.scope:
                scope = spelled_out(approval.scope)  # unknown ones are not refused in every profile
                asked = {"code_hash": row["code_hash"], "scope": scope, "expires": row["expires"]}
                connection.execute(insert(CodeScope).values(asked))

    def find(self, code: str) -> IssuedCode | None:
        """The code as issued, used and expired ones included: the caller says why it does not do."""
        table = AuthorizationCode.__table__
        digest = digest_of(code)
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(table.c.code_hash == digest)).mappings().first()
            scope = connection.scalar(select(CodeScope.scope).where(CodeScope.code_hash == digest)) if row else None
        return IssuedCode(**row, scope=scope or "") if row else None

    def redeem(self, connection: Connection, code: IssuedCode) -> bool:
        """Use the code, once for all: of any number of parallel calls one is told True.

        It is one conditional UPDATE in the transaction of ``connection``, which writes the tokens as well, so a
        failure there leaves the code unused (style, trap 2).
        """
        now = self._clock.now()
        statement = (
            update(AuthorizationCode)
            .where(AuthorizationCode.code_hash == code.code_hash)
            .where(AuthorizationCode.used_at.is_(None))
            .where(AuthorizationCode.expires > now)
            .values(used_at=now)
        )
        return connection.execute(statement).rowcount == 1

    def burn(self, code: IssuedCode) -> None:
        """Make the code useless: somebody holds it who cannot prove to be the one it was issued for."""
        with self._database.writing() as connection:
            self.redeem(connection, code)

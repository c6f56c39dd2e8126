"""JSON web tokens as grants: verified by a public key that the client's record holds, good once (RFC 7523)."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from authlib.oauth2.rfc6749 import InvalidGrantError
from sqlalchemy import Connection, String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from ...shared.clock import Clock
from ...shared.column_types import UtcDateTime
from ...shared.digests import digest_of
from ..access.caller import Caller
from ..database import Base
from ..records.gate import Gate
from . import policy
from .clients import Client

LONGEST = 16_384
LATEST = 253_402_300_000
"""A second of the year 9999; later ones are no times."""


class UsedAssertion(Base):
    """An assertion's ``jti``, kept while the assertion could come again."""

    __tablename__ = "oauth_used_assertion"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a verified assertion says."""

    subject: str
    token_id: str
    until: datetime


class Assertions:
    """Verifies, and uses up."""

    def __init__(self, gate: Gate, clock: Clock) -> None:
        self._gate = gate
        self._clock = clock

    def verify(self, client: Client, text: str) -> Assertion:
        """Return what the assertion says. Raises InvalidGrantError with the true cause."""
        if not 0 < len(text) <= LONGEST:
            raise InvalidGrantError("The assertion is missing or too long")
        header = _part(text, 0)
        claims = self._verified(client, text, str(header.get("kid", "")))
        return self._judge(client, claims)

    def use(self, connection: Connection, client: Client, assertion: Assertion) -> None:
        """Note the assertion as used, in the transaction that writes its token. Raises InvalidGrantError."""
        if not client.verifies_jti:
            return
        mark = digest_of(f"{client.sys_id} {assertion.token_id}")
        connection.execute(delete(UsedAssertion).where(UsedAssertion.until <= self._clock.now()))
        if connection.scalar(select(UsedAssertion.id_hash).where(UsedAssertion.id_hash == mark)):
            raise InvalidGrantError("The assertion's jti was used before")
        connection.execute(insert(UsedAssertion).values(id_hash=mark, until=assertion.until))

    def _verified(self, client: Client, text: str, kid: str) -> Mapping[str, object]:
        from .signatures import signed_claims  # its libraries take their time, and few starts meet an assertion

        for pem in self._keys(client, kid):
            claims = signed_claims(text, pem)
            if claims is not None:
                return claims
        raise InvalidGrantError("No active key of the client's JWT verifier maps verifies the assertion's signature")

    def _keys(self, client: Client, kid: str) -> Iterator[str]:
        maps = self._gate.record("jwt_verifier_map", Caller.system())
        for row in maps.query(f"oauth_entity={client.sys_id}^active=true", fields=("kid", "certificate")).rows:
            if not row.value("kid") or row.value("kid") == kid:
                yield row.value("certificate")

    def _judge(self, client: Client, claims: Mapping[str, object]) -> Assertion:
        skew, now = client.clock_skew, self._clock.now()
        audience = claims.get("aud")
        if client.client_id not in (audience if isinstance(audience, list) else [audience]):
            raise InvalidGrantError("The assertion's aud is not the client ID")
        if policy.ISSUER_IS_THE_CLIENT and claims.get("iss") != client.client_id:
            raise InvalidGrantError("The assertion's iss is not the client ID")
        expires = _moment(claims, "exp")
        if expires is None or now >= expires + skew:
            raise InvalidGrantError("The assertion has expired, or has no exp")
        if any((_moment(claims, name) or now) > now + skew for name in ("nbf", "iat")):
            raise InvalidGrantError("The assertion was issued in the future")
        subject, token_id = claims.get("sub"), claims.get("jti", "")
        if not isinstance(subject, str) or not subject:
            raise InvalidGrantError("The assertion has no sub")
        if client.verifies_jti and (not isinstance(token_id, str) or not token_id):
            raise InvalidGrantError("The assertion has no jti")
        return Assertion(subject, str(token_id), expires + skew + timedelta(seconds=1))


def unverified_audience(text: str) -> str:
    """The client that an assertion says to be for; a public client sends nothing else (platform 1.3, D)."""
    audience = _part(text, 1).get("aud") if len(text) <= LONGEST else ""
    first = audience[0] if isinstance(audience, list) and audience else audience
    return first if isinstance(first, str) else ""


def _part(text: str, number: int) -> Mapping[str, object]:
    try:
        part = text.split(".")[number].encode("ascii")
        value = json.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    except (ValueError, IndexError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _moment(claims: Mapping[str, object], name: str) -> datetime | None:
    seconds = claims.get(name)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)

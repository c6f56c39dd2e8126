"""Access tokens in the format JWT: Token Format of an Application Registry (platform 1.3 and 2.1, D).

Such a token stands for the same credential as an opaque one, which its ``jti`` names: it is revoked and expires with
the record. Asked for again it is issued with a new expiry, so its text changes where an opaque one's would not (ours).
What the claims are called is RFC 9068's; what ServiceNow puts in is not documented beyond the subject.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ...shared.clock import Clock
from ...shared.signing_keys import ALGORITHM, SigningKeys
from ..identity.accounts import UserAccount
from .clients import Client

TYPE = "at+jwt"
LONGEST = 8192
KEYS_PUBLISHED = timedelta(days=105)
"""How long a key is published after another took its place (platform 1.0, D)."""

SUBJECTS = {"user_name": "user_name", "email": "email", "sys_id": "sys_id"}
"""What ``subject_claim`` may name; anything else means the user's sys_id (ours)."""


def looks_like_jwt(token: str) -> bool:
    return token.count(".") == 2 and len(token) <= LONGEST


class AccessJwts:
    """Makes and reads them."""

    def __init__(self, keys: SigningKeys, clock: Clock, issuer: str) -> None:
        self._keys = keys
        self._clock = clock
        self._issuer = issuer.rstrip("/")

    def of(self, credential: str, client: Client, user: UserAccount, scope: str) -> str:
        """The token for a credential that was just issued, or issued again, with the client's lifespan."""
        from joserfc import jwt  # a fifth of a second that a start can spare
        from joserfc.jwk import RSAKey

        key = self._keys.current()
        now = self._clock.now()
        claims = {
            "iss": self._issuer,
            "sub": str(getattr(user, SUBJECTS.get(client.subject_claim, "sys_id"))),
            "aud": client.client_id,
            "client_id": client.client_id,
            "scope": scope,
            "iat": int(now.timestamp()),
            "exp": int((now + client.access_lifespan).timestamp()),
            "jti": credential,
        }
        return str(jwt.encode({"alg": ALGORITHM, "typ": TYPE, "kid": key.kid}, claims, RSAKey.import_key(key.jwk)))

    def credential_of(self, token: str) -> str | None:
        """The sys_id of the credential a token stands for; None when it is not ours, altered or over."""
        from joserfc import jws, jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import RSAKey

        try:
            header = jws.extract_compact(token.encode("ascii")).headers()
            if (header.get("alg"), header.get("typ")) != (ALGORITHM, TYPE):
                return None
            key = next((each for each in self._keys.published() if each["kid"] == header.get("kid")), None)
            if key is None:
                return None
            claims = jwt.decode(token, RSAKey.import_key(key), algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            return None
        return self._named(claims, self._clock.now())

    def _named(self, claims: Mapping[str, Any], now: datetime) -> str | None:
        """By the claims of a token that this instance has signed."""
        over = int(claims.get("exp", 0)) <= now.timestamp()
        return None if over or claims.get("iss") != self._issuer else str(claims.get("jti"))

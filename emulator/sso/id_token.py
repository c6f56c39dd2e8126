"""Is this id token for this instance, from this provider, for this sign-on, and still good?"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from .errors import SignOnRefused
from .providers import Provider

ALGORITHM = "RS256"
LONGEST = 16_384

Keys = Callable[[str], Mapping[str, Any] | None]


def verified_claims(
    token: str, provider: Provider, *, issuer: str, nonce: str, now: datetime, key_of: Keys
) -> Mapping[str, Any]:
    """Return the claims (OpenID Connect Core 1.0, 3.1.3.7). Raises SignOnRefused.

    The algorithm is ours to name, never the token's. ``now`` is the instance's time; the provider's clock may differ by
    the record's Clock Skew.
    """
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    try:
        key = key_of(_key_id(token))
        if key is None or key.get("kty") != "RSA":
            raise SignOnRefused("The id token is signed with a key that the provider does not publish")
        claims = jwt.decode(token, RSAKey.import_key(dict(key)), algorithms=[ALGORITHM]).claims
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=int(provider.clock_skew.total_seconds()),
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": provider.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        registry.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise SignOnRefused(f"The id token is not valid: {type(error).__name__} {error}") from error
    if isinstance(claims["aud"], list) and claims["aud"] != [provider.client_id]:
        raise SignOnRefused("The id token is for other applications as well")
    return claims


def _key_id(token: str) -> str:
    from joserfc import jws

    if len(token) > LONGEST:
        raise SignOnRefused("The id token is too long")
    header = jws.extract_compact(token.encode("ascii")).headers()
    if header.get("alg") != ALGORITHM:
        raise SignOnRefused(f"The id token's algorithm is {header.get('alg')!s:.20}")
    return str(header.get("kid", ""))

"""Signatures of assertions, checked with the public key or the certificate that a client's record holds."""

import json
from collections.abc import Mapping

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwk, jws
from joserfc.errors import JoseError

ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]
"""(platform 1.3, D.)"""


def signed_claims(text: str, pem: str) -> Mapping[str, object] | None:
    """The claims of an assertion that this key has signed; None when it has not, or is no key."""
    try:
        claims = json.loads(jws.deserialize_compact(text, _key(pem), algorithms=ALGORITHMS).payload)
    except (JoseError, ValueError, TypeError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def _key(pem: str) -> jwk.RSAKey | jwk.ECKey:
    """A public key as PEM, or the one in a certificate."""
    raw = pem.strip().encode()
    if b"BEGIN CERTIFICATE" in raw:
        public = x509.load_pem_x509_certificate(raw).public_key()
        raw = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    try:
        return jwk.RSAKey.import_key(raw)
    except (JoseError, ValueError, TypeError):
        return jwk.ECKey.import_key(raw)

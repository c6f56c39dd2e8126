"""The form of a token: derived from its credential, so that a live one can be given out again from a hash.

A token is the credential's sys_id and a MAC over it under the instance key: 64 bytes, 86 characters (platform 1.3, F
for the length and alphabet; the derivation is ours).
"""

import base64
import binascii
import hashlib
import hmac

from ..identity.keys import InstanceKey

LENGTH = 86
_SYS_ID_BYTES = 16


class Tokens:
    """Derives tokens from credentials, and finds the credential that a token names."""

    def __init__(self, key: InstanceKey) -> None:
        self._key = key

    def token_of(self, credential: str) -> str:
        sys_id = bytes.fromhex(credential)
        return _encode(sys_id + self._mac(sys_id))

    def credential_of(self, token: str) -> str | None:
        """The sys_id of the credential a token stands for; None for any text that this instance did not make."""
        if len(token) != LENGTH:
            return None
        try:
            raw = base64.b64decode(token.encode("ascii") + b"==", altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeError):
            return None
        sys_id, mac = raw[:_SYS_ID_BYTES], raw[_SYS_ID_BYTES:]
        if not hmac.compare_digest(mac, self._mac(sys_id)) or _encode(raw) != token:
            return None
        return sys_id.hex()

    def _mac(self, sys_id: bytes) -> bytes:
        return self._key.sign("oauth_credential", sys_id, "sha384")


def digest_of(text: str) -> str:
    """What is kept of a token or code: random enough that a plain SHA-256 cannot be turned round."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

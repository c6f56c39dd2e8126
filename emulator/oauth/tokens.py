"""The form of a token: derived from its credential, so that a live one can be given out again from a hash.

A token is the credential's sys_id and a MAC over it under the instance key: 64 bytes, 86 characters (platform 1.3, F
for the length and alphabet; the derivation is ours).
"""

import base64
import binascii
import hmac

from ...shared.digests import digest_of
from ...shared.kept import Keeper
from ..identity.keys import InstanceKey
from .access_jwts import AccessJwts, looks_like_jwt

LENGTH = 86
PREFIX = "tlh_"
"""Before a hardened client's token, so that whoever finds one somewhere knows what it is (attack A37)."""

_SYS_ID_BYTES = 16


MOST_KNOWN = 1000


class Tokens(Keeper):
    """Derives tokens from credentials, and finds the credential that a token names."""

    def __init__(self, key: InstanceKey, jwts: AccessJwts | None = None) -> None:
        super().__init__(MOST_KNOWN)
        self._key = key
        self._jwts = jwts

    def token_of(self, credential: str, *, hardened: bool = False) -> str:
        sys_id = bytes.fromhex(credential)
        return (PREFIX if hardened else "") + _encode(sys_id + self._mac(sys_id, hardened))

    def credential_of(self, token: str) -> str | None:
        """The sys_id of the credential a token stands for; None for any text that this instance did not make."""
        if self._jwts is not None and looks_like_jwt(token):
            return self._jwts.credential_of(token)
        # A client calls many times with one token, and a MAC takes ten times as long as a hash.
        return self.keep(digest_of(token), lambda: self._credential_of(token))

    def _credential_of(self, token: str) -> str | None:
        hardened = token.startswith(PREFIX) and len(token) == LENGTH + len(PREFIX)
        text = token.removeprefix(PREFIX) if hardened else token
        if len(text) != LENGTH:
            return None
        try:
            raw = base64.b64decode(text.encode("ascii") + b"==", altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeError):
            return None
        sys_id, mac = raw[:_SYS_ID_BYTES], raw[_SYS_ID_BYTES:]
        if not hmac.compare_digest(mac, self._mac(sys_id, hardened)) or _encode(raw) != text:
            return None
        return sys_id.hex()

    def _mac(self, sys_id: bytes, hardened: bool) -> bytes:
        """Of another purpose for each form, so that a token does not work with its prefix taken away or put on."""
        return self._key.sign("oauth_credential hardened" if hardened else "oauth_credential", sys_id, "sha384")


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

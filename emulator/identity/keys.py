"""The instance's own key, from which everything it signs or seals is derived."""

import hmac
from functools import cached_property
from pathlib import Path

from ...shared.ids import Ids
from ...shared.keyfiles import key_from
from ...shared.sealing import KeyRing, Unsealable


class InstanceKey:
    """The key in ``DIR/keys/instance``. Tokens and sealed secrets of another instance mean nothing under it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def from_folder(cls, folder: Path, ids: Ids) -> "InstanceKey":
        return cls(key_from(folder, "instance", ids))

    def sign(self, purpose: str, message: bytes, digest: str = "sha256") -> bytes:
        """A MAC of ``message`` that holds for this ``purpose`` alone."""
        return hmac.digest(self._key, purpose.encode() + b"\0" + message, digest)

    def seal(self, text: str, table: str, sys_id: str, element: str) -> str:
        """What a ``password2`` field holds of a text that must be read back. Under another record it does not open."""
        return self._ring.seal(text, f"{table}/{sys_id}/{element}")

    def open(self, sealed: object, table: str, sys_id: str, element: str) -> str | None:
        """The text that is sealed in a field; None where it holds something else.

        So it does after a write over the Table API, which stores a secret as it came (platform 2.1, C).
        """
        try:
            return self._ring.open(str(sealed or ""), f"{table}/{sys_id}/{element}")
        except Unsealable:
            return None

    @cached_property
    def _ring(self) -> KeyRing:
        return KeyRing([self.sign("sealing", b"")])

    def __repr__(self) -> str:
        return "InstanceKey('**********')"

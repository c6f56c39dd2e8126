"""The instance's own key, from which everything it signs or seals is derived."""

import hmac
from functools import cached_property
from pathlib import Path

from ...shared.ids import Ids
from ...shared.keyfiles import key_from
from ...shared.sealing import KeyRing


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

    @cached_property
    def ring(self) -> KeyRing:
        """Seals what must be read back: ``password2`` fields."""
        return KeyRing([self.sign("sealing", b"")])

    def __repr__(self) -> str:
        return "InstanceKey('**********')"

"""Passwords of the directory: argon2id."""

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from ...shared.digests import as_bytes

NOBODYS_HASH = "$argon2id$v=19$m=8192,t=1,p=1$p0ZXAASrOXK3OXi9sWDLaQ$7B5dQnrujkxy+pHuYnCDDeKvcrAR5EXG28pAXs+Q5Fw"
"""Verified when there is no such user, so that both answers take the same time."""

LONGEST = 1024


class Passwords:
    """Hashes and verifies. The cost is low because accounts of a lab on loopback are public anyway."""

    def __init__(self, memory_kib: int = 8192) -> None:
        self._hasher = PasswordHasher(time_cost=1, memory_cost=memory_kib, parallelism=1)

    def hash(self, password: str) -> str:
        return self._hasher.hash(as_bytes(password))

    def verify(self, stored_hash: str | None, password: str) -> bool:
        if len(password) > LONGEST:
            return False
        try:
            right = self._hasher.verify(stored_hash or NOBODYS_HASH, as_bytes(password))
        except (Argon2Error, InvalidHashError):
            return False
        return right and stored_hash is not None

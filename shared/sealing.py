"""Encryption of secrets that must be read back, bound to the place they are kept in."""

import base64
import hashlib
import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from .digests import as_bytes
from .errors import RefusedToStart, TicketlabError

NAME_LENGTH = 8
BETWEEN = "."
"""Stands between the key's name and what it sealed; no Fernet token has one."""


class Unsealable(TicketlabError):
    """A sealed value was made under another key, for another place, or was damaged."""

    message = "A stored secret cannot be read"


class KeyRing:
    """Seals texts with the first key and opens them with any of the ring.

    Fernet has no associated data, so the place (table, row, column) is sealed inside and checked when opening: a
    value copied into another row or column does not open there. In front of a sealed value stands the name of its
    key, a few digits of the key's hash, so that a missing key can be asked for by name.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise RefusedToStart("The key ring is empty", "Give at least one key.")
        try:
            self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
        except ValueError as error:
            raise RefusedToStart("A key of the key ring is not 32 bytes long") from error
        self.names = tuple(_name(key) for key in keys)
        """The keys' names, the writing key's first."""

    def seal(self, text: str, place: str) -> str:
        return self._named(self._fernet.encrypt(json.dumps([place, text]).encode()))

    def open(self, sealed: str, place: str) -> str:
        """Return the text sealed for ``place``. Raises Unsealable."""
        try:
            found, text = json.loads(self._fernet.decrypt(_token(sealed)))
        except (InvalidToken, ValueError) as error:
            raise Unsealable(detail="It was sealed under another key, or damaged.") from error
        if found != place:
            raise Unsealable(detail="It was sealed for another place.")
        return str(text)

    def rotate(self, sealed: str) -> str:
        """Seal again with the ring's first key. Raises Unsealable."""
        try:
            return self._named(self._fernet.rotate(_token(sealed)))
        except InvalidToken as error:
            raise Unsealable(detail="It was sealed under another key, or damaged.") from error

    def _named(self, token: bytes) -> str:
        return f"{self.names[0]}{BETWEEN}{token.decode()}"


def key_name(sealed: str) -> str:
    """The name of the key that a value was sealed with; empty for one that names none."""
    name, between, _token = sealed.partition(BETWEEN)
    return name if between else ""


def _name(key: bytes) -> str:
    return hashlib.sha256(b"key name\0" + key).hexdigest()[:NAME_LENGTH]


def _token(sealed: str) -> bytes:
    return as_bytes(sealed.rpartition(BETWEEN)[2])

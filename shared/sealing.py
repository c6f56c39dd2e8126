"""Encryption of secrets that must be read back, bound to the place they are kept in."""

import base64
import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from .errors import RefusedToStart, TicketlabError


class Unsealable(TicketlabError):
    """A sealed value was made under another key, for another place, or was damaged."""

    message = "A stored secret cannot be read"


class KeyRing:
    """Seals texts with the first key and opens them with any of the ring.

    Fernet has no associated data, so the place (table, row, column) is sealed inside and checked when opening: a
    value copied into another row or column does not open there.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise RefusedToStart("The key ring is empty", "Give at least one key.")
        try:
            self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
        except ValueError as error:
            raise RefusedToStart("A key of the key ring is not 32 bytes long") from error

    def seal(self, text: str, place: str) -> str:
        return self._fernet.encrypt(json.dumps([place, text]).encode()).decode()

    def open(self, sealed: str, place: str) -> str:
        """Return the text sealed for ``place``. Raises Unsealable."""
        try:
            found, text = json.loads(self._fernet.decrypt(sealed.encode("utf-8", "surrogatepass")))
        except (InvalidToken, ValueError) as error:
            raise Unsealable(detail="It was sealed under another key, or damaged.") from error
        if found != place:
            raise Unsealable(detail="It was sealed for another place.")
        return str(text)

    def rotate(self, sealed: str) -> str:
        """Seal again with the ring's first key."""
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken as error:
            raise Unsealable(detail="It was sealed under another key, or damaged.") from error

"""Identifiers and random values, drawn from one source that a test can seed."""

import base64
import random
import re
import secrets
from typing import Protocol

SYS_ID = re.compile(r"[0-9a-f]{32}")
"""What a record's sys_id looks like, but for a few such as ``global``."""

RECORD_ID = re.compile(r"[0-9a-z_.]{1,32}")
"""What may be a record's sys_id, those few included. Capitals name nothing."""


class RandomBytes(Protocol):
    def __call__(self, count: int, /) -> bytes: ...


class Ids:
    """The forms of identifier the two products use.

    ``Ids()`` draws from the operating system; ``Ids.seeded(7)`` is reproducible, for tests only. That draws each length
    from a stream of its own, so that a record's sys_id does not depend on how many requests came before.
    """

    def __init__(self, draw: RandomBytes = secrets.token_bytes) -> None:
        self._draw = draw

    @classmethod
    def seeded(cls, seed: int) -> "Ids":
        streams: dict[int, random.Random] = {}

        def draw(count: int) -> bytes:
            if count not in streams:
                streams[count] = random.Random(f"{seed} {count}")  # noqa: S311 - a test asks for it by name
            return streams[count].randbytes(count)

        return cls(draw)

    def bytes(self, count: int) -> bytes:
        return self._draw(count)

    def sys_id(self) -> str:
        """A record's sys_id: 32 lower-case hex digits."""
        return self._draw(16).hex()

    def transaction_id(self) -> str:
        """The value of ``X-Transaction-ID``: 12 hex digits (platform 4.5, F)."""
        return self._draw(6).hex()

    def token(self, count: int = 32) -> str:
        """An unguessable URL-safe text over ``count`` random bytes."""
        return base64.urlsafe_b64encode(self._draw(count)).rstrip(b"=").decode()

    def fraction(self) -> float:
        """A number from 0 up to 1, to spread what would otherwise come all at once."""
        return int.from_bytes(self._draw(4), "big") / 2**32

"""The keys that sign tokens: RSA, in ``DIR/keys``, outside the database; the newest signs.

After a rotation the one before stays published for a while, so that what it has signed can still be verified.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from .clock import Clock
from .data_folder import one_at_a_time
from .ids import Ids
from .replacing import replacing

ALGORITHM = "RS256"
BITS = 2048
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth"}


@dataclass(frozen=True)
class SigningKey:
    kid: str
    made_at: datetime
    jwk: dict[str, Any]
    """With its private members."""

    @property
    def public(self) -> dict[str, Any]:
        return {name: value for name, value in self.jwk.items() if name not in PRIVATE}


class SigningKeys:
    """Read from the file whenever it has changed, so every process signs with the same key."""

    def __init__(self, path: Path, clock: Clock, ids: Ids, *, published: timedelta) -> None:
        """``published``: how long a key can still be had after another took its place."""
        self._path = path
        self._published_for = published
        self._clock = clock
        self._ids = ids
        self._seen: tuple[int, Sequence[SigningKey]] = (0, ())

    def current(self) -> SigningKey:
        """The key that signs now, made at the first use."""
        if not self._path.exists():
            with self._alone():
                if not self._path.exists():
                    self._write([self._new()])
        return self._read()[-1]

    def published(self) -> list[dict[str, Any]]:
        """The public keys by which a token may be verified, the newest first."""
        self.current()
        keys = self._read()
        ends = [key.made_at + self._published_for for key in keys[1:]]
        now = self._clock.now()
        kept = [key for key, end in zip(keys[:-1], ends, strict=True) if now < end]
        return [key.public for key in reversed([*kept, keys[-1]])]

    def rotate(self) -> str:
        """Sign with a new key from now on; returns its id."""
        self.current()
        with self._alone():
            made = self._new()
            self._write([*self._read(), made])
        return made.kid

    def forget(self) -> None:
        """Read the file again, whatever it says of its age."""
        self._seen = (0, ())

    def _new(self) -> SigningKey:
        from joserfc.jwk import RSAKey  # not needed for the start

        kid = self._ids.token(20)
        key = RSAKey.generate_key(BITS, {"kid": kid, "use": "sig", "alg": ALGORITHM})
        return SigningKey(kid, self._clock.now(), dict(key.as_dict(private=True)))

    def _read(self) -> Sequence[SigningKey]:
        changed = self._path.stat().st_mtime_ns
        if self._seen[0] != changed:
            entries = json.loads(self._path.read_text())
            keys = [SigningKey(e["jwk"]["kid"], datetime.fromisoformat(e["made_at"]), e["jwk"]) for e in entries]
            self._seen = (changed, keys)
        return self._seen[1]

    def _write(self, keys: Sequence[SigningKey]) -> None:
        """In one step, so that nobody reads half a file."""
        entries = [{"made_at": key.made_at.isoformat(), "jwk": key.jwk} for key in keys]
        with replacing(self._path) as unfinished, unfinished.open("w") as file:
            json.dump(entries, file)
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with one_at_a_time(self._path.with_suffix(".lock")):
            yield

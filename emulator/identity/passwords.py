"""Passwords: argon2id hashes, and a short memory of the right ones."""

import hashlib
import hmac
from collections import OrderedDict
from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import Type

from ...shared.clock import Clock
from ...shared.digests import as_bytes
from ...shared.ids import Ids

REMEMBERED_FOR = timedelta(minutes=5)
REMEMBERED_AT_MOST = 1024
LONGEST_PASSWORD = 1024
MOST_MEMORY_KIB = 256 * 1024
"""A hash that asks for more was not made here: the Table API stores any text in a password field as it is."""


class Passwords:
    """Hashes and verifies.

    A program that uses Basic sends its password with every request. A success is therefore remembered for five
    minutes, under a MAC over the stored hash as well: a changed password is a changed hash, and forgotten with it.
    """

    def __init__(self, memory_kib: int, clock: Clock, ids: Ids) -> None:
        self._hasher = PasswordHasher(time_cost=1, memory_cost=memory_kib, parallelism=1)
        self._clock = clock
        self._process_key = ids.bytes(32)
        self._good_until: OrderedDict[bytes, datetime] = OrderedDict()
        self._lock = Lock()

    def hash(self, text: str) -> str:
        return self._hasher.hash(as_bytes(text))

    def verify(self, stored_hash: str, text: str) -> bool:
        """Whether ``text`` is the password behind ``stored_hash``. What is no argon2id hash matches nothing."""
        if len(text) > LONGEST_PASSWORD:
            return self._spend_time("")
        if not _is_usable(stored_hash):
            return self._spend_time(text)
        mark = self._mark(stored_hash, text)
        if self._is_remembered(mark):
            return True
        try:
            self._hasher.verify(stored_hash, as_bytes(text))
        except Argon2Error:
            return False
        self._remember(mark)
        return True

    def refuse(self, text: str) -> None:
        """Take as long as a wrong password does, for a user who does not exist (attack A46)."""
        self._spend_time(text[:LONGEST_PASSWORD])

    def forget(self) -> None:
        """Remember no password any more."""
        with self._lock:
            self._good_until.clear()

    def _spend_time(self, text: str) -> bool:
        try:
            self._hasher.verify(self._dummy, as_bytes(text))
        except Argon2Error:
            return False
        return False

    @cached_property
    def _dummy(self) -> str:
        return self._hasher.hash(self._process_key)

    def _mark(self, stored_hash: str, text: str) -> bytes:
        message = len(stored_hash).to_bytes(4, "big") + as_bytes(stored_hash) + as_bytes(text)
        return hmac.digest(self._process_key, message, hashlib.sha256)

    def _is_remembered(self, mark: bytes) -> bool:
        with self._lock:
            until = self._good_until.get(mark)
        return until is not None and self._clock.now() < until

    def _remember(self, mark: bytes) -> None:
        with self._lock:
            self._good_until[mark] = self._clock.now() + REMEMBERED_FOR
            self._good_until.move_to_end(mark)
            while len(self._good_until) > REMEMBERED_AT_MOST:
                self._good_until.popitem(last=False)


def _is_usable(stored_hash: str) -> bool:
    try:
        parameters = extract_parameters(stored_hash)
    except (InvalidHashError, ValueError):
        return False
    return parameters.type is Type.ID and parameters.memory_cost <= MOST_MEMORY_KIB and parameters.time_cost <= 10

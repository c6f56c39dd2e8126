"""Multi-factor authentication: time-based codes of six digits (RFC 6238), by the instance's clock.

A user's secret is derived from the ``user_multifactor_auth`` record, so no database holds it; deleting the record makes
a new secret with the next login.
"""

import base64
import hmac

from ...shared.clock import Clock
from ...shared.digests import as_bytes
from ..access.caller import Caller
from ..records.gate import Gate
from .keys import InstanceKey

TABLE = "user_multifactor_auth"
STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
DRIFT = 1
"""Steps by which somebody's clock may be wrong (RFC 6238, 5.2)."""


class SecondFactor:
    """Secrets and codes of users. Only the login that follows on a right password asks for them."""

    def __init__(self, gate: Gate, key: InstanceKey, clock: Clock) -> None:
        self._gate = gate
        self._key = key
        self._clock = clock

    def is_enrolled(self, user: str) -> bool:
        """Whether the user has proved to know the secret; until then the login shows it."""
        row = self._gate.record(TABLE, Caller.system()).find(f"user={user}", ("validated",))
        return row is not None and bool(row.native("validated"))

    def secret(self, user: str) -> str:
        """The key to type into an authenticator app, in base32. The first call makes the user's record."""
        with self._gate.transaction() as transaction:
            records = self._gate.record(TABLE, Caller.system(), transaction)
            row = records.find(f"user={user}", ("user",)) or records.insert({"user": user})
        return base64.b32encode(self._raw(row.sys_id)).decode()

    def accept(self, user: str, code: str) -> bool:
        """Whether the code is right; each is taken once, and none older than one taken before."""
        with self._gate.transaction() as transaction:
            records = self._gate.record(TABLE, Caller.system(), transaction)
            row = records.find(f"user={user}", ("last_step",))
            if row is None:
                return False
            last = row.native("last_step")
            secret, now = self._raw(row.sys_id), self._step()
            for step in range(now - DRIFT, now + DRIFT + 1):
                if step > (last if isinstance(last, int) else -1) and _same(code_at(secret, step), code):
                    records.update(row.sys_id, {"validated": True, "last_step": step})
                    return True
        return False

    def _raw(self, record: str) -> bytes:
        return self._key.sign("second factor", record.encode())[:SECRET_BYTES]

    def _step(self) -> int:
        return int(self._clock.now().timestamp()) // STEP_SECONDS


def code_at(secret: bytes, step: int) -> str:
    """The code of one time step (RFC 4226, 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0xF
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def _same(code: str, given: str) -> bool:
    return hmac.compare_digest(code.encode(), as_bytes(given))

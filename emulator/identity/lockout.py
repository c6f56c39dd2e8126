"""What follows on a wrong password: script actions on the events ``login.failed`` and ``login`` (platform 1.2, D).

Each is a ``sysevent_script_action`` record: switched off it does nothing, and *with Auto Unlock* takes the place of the
plain check when it is on. Every failed try leaves a ``sysevent`` record, in which the address is ``parm2``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ...shared.clock import Clock
from ...shared.text import spelled_out, whole_number
from ..access.caller import Caller
from ..records.gate import Gate, Transaction

TRIES = 5
"""Script action "SNC User Lockout Check": wrong passwords until the user is locked out (platform 1.2, D)."""

CHECK = "SNC User Lockout Check"
AUTO_UNLOCK = "SNC User Lockout Check with Auto Unlock"
CLEAR = "SNC User Clear"
ATTEMPTS = "glide.user.max_unlock_attempts"
MINUTES = "glide.user.unlock_timeout_in_mins"
DEFAULT_MINUTES = 15
FAILED = "login.failed"
LARGEST_NUMBER = 99_999_999
"""A property that says more counts as not set."""
LONGEST_MINUTES = 60 * 24 * 366


@dataclass(frozen=True, slots=True)
class LockoutRule:
    """``tries`` 0: nobody is locked out. ``minutes`` None: only an administrator unlocks."""

    tries: int
    minutes: int | None = None
    clears: bool = True


class Lockout:
    """Reads the rule that is on, and writes the events."""

    def __init__(self, gate: Gate, clock: Clock) -> None:
        self._gate = gate
        self._clock = clock

    def rule(self, within: Transaction | None = None) -> LockoutRule:
        rows = self._gate.record("sysevent_script_action", Caller.system(), within).query(fields=("name", "active"))
        on = {row.value("name") for row in rows.rows if row.native("active")}
        if AUTO_UNLOCK in on:
            tries = self._number(ATTEMPTS, TRIES)
            return LockoutRule(max(tries, 1), self._number(MINUTES, DEFAULT_MINUTES), CLEAR in on)
        return LockoutRule(TRIES if CHECK in on else 0, None, CLEAR in on)

    def note_failure(self, user: str, user_name: str, address: str, within: Transaction | None = None) -> None:
        """Write the event down. A name that no database can keep is kept as its escapes."""
        name = spelled_out(user_name)
        values = {"name": FAILED, "parm1": name, "parm2": address, "table": "sys_user", "instance": user}
        self._gate.record("sysevent", Caller.system(), within).insert(values)

    def is_over(self, user: str, failed: int) -> bool:
        """Whether a lock that the script action set has run out; one that an administrator set never does."""
        rule = self.rule()
        if rule.minutes is None or failed < rule.tries:
            return False
        events = self._gate.record("sysevent", Caller.system())
        newest = events.find(f"name={FAILED}^instance={user}^ORDERBYDESCsys_created_on", ("sys_created_on",))
        at = newest.native("sys_created_on") if newest else None
        return isinstance(at, datetime) and self._clock.now() >= at + timedelta(minutes=rule.minutes)

    def _number(self, name: str, otherwise: int) -> int:
        number = whole_number(self._gate.get_property(name), LARGEST_NUMBER)
        return otherwise if number is None else min(number, LONGEST_MINUTES)

"""What code of an application scope reaches for, and how the scope step refuses it."""

from dataclasses import dataclass
from typing import NoReturn

from ..errors import PlatformError
from .policy import Policy
from .trail import Note, Trail

STEP = "scope"
PREFIX = "Security restricted: "
"""What the texts begin with in the log and in the pages (platform 3)."""


@dataclass(frozen=True, slots=True)
class Target:
    """A table or a script include. ``kind`` is the refusals' word for it, ``type`` the wire value of a privilege."""

    name: str
    type: str
    kind: str
    scope: str
    operation: str
    verb: str
    """The operation as the texts begin with it."""

    def scope_id(self, policy: Policy) -> str:
        found = policy.scopes.get(self.scope)
        return found.sys_id if found else ""


def refuse(trail: Trail, error: PlatformError, rule: str, reason: str, record: str = "") -> NoReturn:
    """Refuse, and have the log say it once the transaction is undone."""
    trail.notes.append(Note(f"{PREFIX}{error.message}", trail.caller.scope))
    trail.refuse(error, STEP, rule, reason, record)

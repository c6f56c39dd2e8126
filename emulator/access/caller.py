"""Who asks: a value that is handed down, never a global."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from ...shared.time_style import TimeStyle

GLOBAL_SCOPE = "global"
PACIFIC = TimeStyle("US/Pacific")
"""What a new instance has (rest 3, meas)."""


class Channel(StrEnum):
    """The way by which a request reaches the gate."""

    REST = "rest"
    PAGE = "page"
    SCRIPT = "script"
    """Server-side code of an application scope, run for a user."""
    SYSTEM = "system"
    """The instance itself: identity, OAuth, seeds. Passes the channel and user steps of the gate."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A user acting through a channel in an application scope.

    ``user`` is the sys_id of a sys_user record, empty for the instance itself. ``roles`` are all that the user has,
    contained ones included. ``scope`` is the application scope whose code acts: ``global`` for a person or a client.
    """

    user: str
    user_name: str
    roles: frozenset[str] = field(default_factory=frozenset)
    scope: str = GLOBAL_SCOPE
    channel: Channel = Channel.REST
    session: str = ""
    credential: str = ""
    """sys_id of the oauth_credential that a Bearer token stood for."""
    address: str = ""
    elevated: frozenset[str] = field(default_factory=frozenset)
    """Elevated roles that this session was raised to. A token is never raised."""
    style: TimeStyle = PACIFIC
    transaction: str = ""

    @classmethod
    def system(cls) -> "Caller":
        return cls(user="", user_name="system", channel=Channel.SYSTEM)

    def as_instance(self) -> "Caller":
        """The instance itself, doing what follows from this caller's write; what it makes bears his name."""
        return replace(self, channel=Channel.SYSTEM, scope=GLOBAL_SCOPE)

    @property
    def time_zone(self) -> str:
        return self.style.zone

    @property
    def is_system(self) -> bool:
        return self.channel is Channel.SYSTEM

    @property
    def is_admin(self) -> bool:
        return "admin" in self.roles

    def has_role(self, role: str) -> bool:
        """Whether the caller has ``role``; an admin has every role."""
        return self.is_admin or role in self.roles

    def as_scope(self, scope: str) -> "Caller":
        """The same user, acting through the code of an application scope."""
        return replace(self, scope=scope, channel=Channel.SCRIPT)

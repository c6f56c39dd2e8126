"""Impersonation: an administrator acts as another user, in one session of the pages, and the log says so (platform 6).

No token and no Basic authentication ever impersonates: it hangs on the session alone.
"""

from ...shared.logs import log
from ..access.caller import Caller
from ..errors import PlatformError
from ..records.gate import Gate
from ..records.system_log import write_system_log
from .accounts import UserAccount
from .users import Users

IMPERSONATOR = "impersonator"
"""Who holds it may impersonate, but for administrators (G)."""

LOG_SOURCE = "Impersonation"


class ImpersonationRefused(PlatformError):
    status = 403
    message = "User Not Authorized"


def may_impersonate(caller: Caller, *, impersonating: bool) -> bool:
    """Whoever impersonates already ends that first."""
    return bool(caller.session) and caller.has_role(IMPERSONATOR) and not impersonating


def user_to_impersonate(gate: Gate, users: Users, caller: Caller, user_name: str) -> UserAccount:
    """The user to act as. Raises ImpersonationRefused for nobody, oneself, inactive users and one's betters."""
    account = users.by_name(user_name)
    if account is None or not account.active or account.sys_id == caller.user:
        raise ImpersonationRefused(detail="There is no other active user with this user ID.")
    if not caller.is_admin and "admin" in gate.roles_of(account.sys_id):
        raise ImpersonationRefused(detail="Only an administrator may impersonate an administrator.")
    return account


def note_impersonation(gate: Gate, transaction_id: str, message: str) -> None:
    """Write it down in the system log, and in the server's."""
    log().info("impersonation", what=message)
    write_system_log(gate, LOG_SOURCE, message, transaction_id=transaction_id)

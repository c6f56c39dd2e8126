"""Which users may have tokens given out in their name."""

from authlib.oauth2.rfc6749 import InvalidGrantError

from ..access.caller import Caller
from ..access.read_only import ROLE as READ_ONLY_ROLE
from ..identity.accounts import UserAccount
from ..identity.users import Users
from ..records.gate import Gate, Transaction
from . import policy
from .policy import OAuthProperties


class Eligibility:
    """Asks a user's record and roles. The refusals' sentences are for the log; outside they all look alike."""

    def __init__(self, gate: Gate, users: Users, properties: OAuthProperties) -> None:
        self._gate = gate
        self._users = users
        self._properties = properties

    def check(self, sys_id: str, grant_type: str) -> None:
        """Raise InvalidGrantError when this user's tokens may not be written at all, or not by this grant.

        Whoever gets a token writes oauth_credential, which snc_read_only forbids (platform 1.1, D).
        """
        if not self._properties.read_only_may_hold_tokens and READ_ONLY_ROLE in self._gate.roles_of(sys_id):
            raise InvalidGrantError(f"The user has the role {READ_ONLY_ROLE}, which may not create oauth_credential")
        if grant_type in policy.MFA_REFUSED_GRANTS and self._must_use_second_factor(sys_id):
            raise InvalidGrantError("The user must use multi-factor authentication")

    def usable(self, sys_id: str, transaction: Transaction) -> UserAccount:
        """The user as of this transaction. Raises InvalidGrantError unless active and not locked out."""
        account = self._users.by_id(sys_id, transaction)
        if account is None or not account.is_usable:
            raise InvalidGrantError("The user is inactive, locked out or gone")
        return account

    def _must_use_second_factor(self, sys_id: str) -> bool:
        users = self._gate.record("sys_user", Caller.system())
        row = users.find(f"sys_id={sys_id}", ["enable_multifactor_authn"])
        return row is not None and bool(row.native("enable_multifactor_authn"))

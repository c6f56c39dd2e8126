"""Users: found by name, logged in by password, locked out after too many wrong ones."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from ...shared.clock import Clock
from ...shared.errors import TicketlabError
from ...shared.logs import log
from ...shared.time_style import DATE_FORMAT, TIME_FORMAT, TimeStyle
from ..access.caller import Caller, Channel
from ..errors import NoRecordFound
from ..records.gate import Gate, Transaction
from .accounts import FIELDS, UserAccount
from .elevation import elevated_roles
from .lockout import Lockout
from .named_users import LONGEST_NAME, users_named
from .passwords import Passwords

RESET_MANDATORY = "glide.authenticate.api.user.reset_password.mandatory"
"""Property: a user whose password needs a reset is refused by the APIs until then (platform 1.2, D)."""


class Cause(StrEnum):
    """Why somebody could not log in. Never told outside, where all causes look alike."""

    UNKNOWN = "There is no such user"
    PASSWORD = "The password is wrong"  # noqa: S105 - a sentence
    LOCKED_OUT = "The user is locked out"
    INACTIVE = "The user is inactive"
    WEB_SERVICE_ONLY = "The user has web service access only"
    NEEDS_RESET = "The user's password needs to be reset"


class LoginRefused(TicketlabError):
    """The login fails; ``cause`` is for the instance's own logs."""

    status = 401
    message = "User name or password invalid. Please try again"

    def __init__(self, cause: Cause) -> None:
        self.cause = cause
        super().__init__()


def _refused(user_name: str, cause: Cause) -> LoginRefused:
    log().warning("login.refused", user=user_name[:LONGEST_NAME], cause=cause.value)
    return LoginRefused(cause)


class Users:
    """The instance's users, read and written through the gate as the instance itself."""

    def __init__(self, gate: Gate, passwords: Passwords, clock: Clock) -> None:
        self._gate = gate
        self._passwords = passwords
        self._clock = clock
        self._lockout = Lockout(gate, clock)

    def by_name(self, user_name: str) -> UserAccount | None:
        """Find a user by user ID."""
        return next(iter(self.named("user_name", user_name)), None)

    def named(self, element: str, value: str, *, active: bool = False) -> Sequence[UserAccount]:
        """The users, or the active ones, with this value of a field, two at most."""
        return [UserAccount.of(row) for row in users_named(self._gate, element, value, FIELDS, active=active)]

    def by_id(self, sys_id: str, within: Transaction | None = None) -> UserAccount | None:
        def read() -> UserAccount | None:
            try:
                row = self._gate.record("sys_user", Caller.system(), within).get(sys_id, FIELDS, named=False)
            except NoRecordFound:
                return None
            return UserAccount.of(row)

        return self._gate.unchanged(("sys_user", sys_id), read, within)

    def authenticate(self, user_name: str, password: str, address: str = "") -> UserAccount:
        """Return the user whose name and password these are. Raises LoginRefused."""
        account = self.by_name(user_name)
        if account is None:
            self._passwords.refuse(password)
            self._lockout.note_failure("", user_name[:LONGEST_NAME], address)
            raise _refused(user_name, Cause.UNKNOWN)
        right = self._passwords.verify(account.password_hash, password)
        if not account.active:
            raise _refused(user_name, Cause.INACTIVE)
        account = self._unlocked_by_time(account)
        if account.locked_out:
            raise _refused(user_name, Cause.LOCKED_OUT)
        if not right:
            self.count_failure(account, address)
            raise _refused(user_name, Cause.PASSWORD)
        if account.failed_attempts and self._lockout.rule().clears:
            self._set(account.sys_id, failed_attempts=0)
        return account

    def authenticate_for_api(self, user_name: str, password: str, address: str = "") -> UserAccount:
        """As ``authenticate``, for a program. Raises LoginRefused."""
        account = self.authenticate(user_name, password, address)
        if account.password_needs_reset and self._gate.get_property(RESET_MANDATORY) == "true":
            raise _refused(user_name, Cause.NEEDS_RESET)
        return account

    def authenticate_for_pages(self, user_name: str, password: str, address: str = "") -> UserAccount:
        """As ``authenticate``, for a person at the login page, who may have more to prove. Raises LoginRefused."""
        account = self.authenticate(user_name, password, address)
        if account.web_service_access_only:
            raise _refused(user_name, Cause.WEB_SERVICE_ONLY)
        return account

    def note_login(self, account: UserAccount) -> None:
        """The user is in, whatever had to be proved: script action SNC User Clear sets the last login."""
        if self._lockout.rule().clears:
            now = self._clock.now()
            self._set(account.sys_id, last_login_time=now, last_login=now.date().isoformat())

    def set_password(self, sys_id: str, text: str) -> None:
        """Give a user a password. Whoever logged in with the old one is out."""
        values = {"user_password": self._passwords.hash(text), "password_needs_reset": False, "failed_attempts": 0}
        self._gate.record("sys_user", Caller.system()).update(sys_id, values)
        log().info("user.given_new_credentials", user=sys_id)

    def caller(
        self,
        account: UserAccount,
        channel: Channel,
        *,
        session: str = "",
        credential: str = "",
        address: str = "",
        transaction: str = "",
    ) -> Caller:
        """The user as the gate knows one, with all roles."""
        elevated = elevated_roles(self._gate.store, session)
        roles = self._gate.roles_of(account.sys_id, elevated)
        return Caller(
            user=account.sys_id,
            user_name=account.user_name,
            roles=roles,
            elevated=elevated & roles,
            channel=channel,
            session=session,
            credential=credential,
            address=address,
            style=self._style(account),
            transaction=transaction,
        )

    def _style(self, account: UserAccount) -> TimeStyle:
        """The user's own zone and formats, else those of the instance (rest 3, meas for the zone)."""
        known = self._gate.get_property
        return TimeStyle(
            account.time_zone or known("glide.sys.default.tz") or "UTC",
            account.date_format or known("glide.sys.date_format") or DATE_FORMAT,
            account.time_format or known("glide.sys.time_format") or TIME_FORMAT,
        )

    def count_failure(self, account: UserAccount, address: str = "") -> None:
        """Count a wrong password or code; the row is read again inside the transaction, so parallel tries all count."""
        with self._gate.transaction() as transaction:
            users = self._gate.record("sys_user", Caller.system(), within=transaction)
            tries = self._lockout.rule(transaction).tries
            failed = UserAccount.of(users.get(account.sys_id, FIELDS)).failed_attempts + 1
            # Never False: an admin may have locked meanwhile.
            lock = {"locked_out": True} if tries and failed >= tries else {}
            users.update(account.sys_id, {"failed_attempts": failed, **lock})
            self._lockout.note_failure(account.sys_id, account.user_name, address, transaction)
        if lock:
            log().warning("user.locked_out", user=account.user_name, tries=failed)

    def _unlocked_by_time(self, account: UserAccount) -> UserAccount:
        """The user, unlocked when the script action with Auto Unlock says that it has been long enough."""
        if not account.locked_out or not self._lockout.is_over(account.sys_id, account.failed_attempts):
            return account
        self._set(account.sys_id, locked_out=False, failed_attempts=0)
        return replace(account, locked_out=False, failed_attempts=0)

    def _set(self, sys_id: str, **values: object) -> None:
        self._gate.record("sys_user", Caller.system()).update(sys_id, values)

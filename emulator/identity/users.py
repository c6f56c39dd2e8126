"""Users: found by name, logged in by password, locked out after too many wrong ones."""

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum

from ...shared.clock import Clock
from ...shared.errors import TicketlabError
from ...shared.logs import log
from ...shared.text import can_be_kept
from ...shared.time_style import DATE_FORMAT, TIME_FORMAT, TimeStyle
from ..access.caller import Caller, Channel
from ..errors import NoRecordFound
from ..records.gate import Gate, Transaction
from ..records.row import Row
from .elevation import elevated_roles
from .lockout import Lockout
from .passwords import Passwords

RESET_MANDATORY = "glide.authenticate.api.user.reset_password.mandatory"
"""Property: a user whose password needs a reset is refused by the APIs until then (platform 1.2, D)."""

LONGEST_NAME = 100

FIELDS = (
    "user_name",
    "name",
    "email",
    "active",
    "locked_out",
    "failed_attempts",
    "web_service_access_only",
    "password_needs_reset",
    "user_password",
    "time_zone",
    "date_format",
    "time_format",
    "enable_multifactor_authn",
)


def fields_through(element: str) -> tuple[str, ...]:
    """The paths that read a user through a reference to one."""
    return element, *(f"{element}.{each}" for each in FIELDS)


@dataclass(frozen=True, slots=True)
class UserAccount:
    """What identity needs of a sys_user record."""

    sys_id: str
    user_name: str
    name: str
    email: str
    active: bool
    locked_out: bool
    failed_attempts: int
    web_service_access_only: bool
    password_needs_reset: bool
    time_zone: str
    date_format: str
    time_format: str
    password_hash: str
    needs_second_factor: bool = False

    @property
    def is_usable(self) -> bool:
        return self.active and not self.locked_out

    @property
    def may_use_pages(self) -> bool:
        """A user for web services only cannot log in to any page (platform 2.2, D)."""
        return self.is_usable and not self.web_service_access_only

    @property
    def password_mark(self) -> str:
        return hashlib.sha256(self.password_hash.encode("utf-8", "surrogatepass")).hexdigest()

    @classmethod
    def of(cls, row: Row) -> "UserAccount":
        return cls._from(row, row.sys_id, "")

    @classmethod
    def referred_by(cls, row: Row, element: str) -> "UserAccount | None":
        """The user whom a record refers to, read with it: the row was asked for ``fields_through(element)``."""
        sys_id = row.value(element)
        return cls._from(row, sys_id, f"{element}.") if row.value(f"{element}.user_name") else None

    @classmethod
    def _from(cls, row: Row, sys_id: str, prefix: str) -> "UserAccount":
        failed = row.native(f"{prefix}failed_attempts")
        return cls(
            sys_id=sys_id,
            user_name=row.value(f"{prefix}user_name"),
            name=row.value(f"{prefix}name"),
            email=row.value(f"{prefix}email"),
            active=bool(row.native(f"{prefix}active")),
            locked_out=bool(row.native(f"{prefix}locked_out")),
            failed_attempts=failed if isinstance(failed, int) else 0,
            web_service_access_only=bool(row.native(f"{prefix}web_service_access_only")),
            password_needs_reset=bool(row.native(f"{prefix}password_needs_reset")),
            time_zone=row.value(f"{prefix}time_zone"),
            date_format=row.value(f"{prefix}date_format"),
            time_format=row.value(f"{prefix}time_format"),
            password_hash=str(row.native(f"{prefix}user_password") or ""),
            needs_second_factor=bool(row.native(f"{prefix}enable_multifactor_authn")),
        )


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
        """Find a user by user ID. The name comes from outside, so it must not become a query of its own."""
        if not 0 < len(user_name) <= LONGEST_NAME or any(each in "^\r\n" for each in user_name):
            return None
        if not can_be_kept(user_name):
            return None
        row = self._gate.record("sys_user", Caller.system()).find(f"user_name={user_name}", FIELDS)
        if row is None or row.value("user_name").lower() != user_name.lower():
            return None
        return UserAccount.of(row)

    def by_id(self, sys_id: str, within: Transaction | None = None) -> UserAccount | None:
        try:
            return UserAccount.of(self._gate.record("sys_user", Caller.system(), within).get(sys_id, FIELDS))
        except NoRecordFound:
            return None

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

    def set_password(self, sys_id: str, text: str, within: Transaction | None = None) -> None:
        """Give a user a password. Whoever logged in with the old one is out."""
        values = {"user_password": self._passwords.hash(text), "password_needs_reset": False, "failed_attempts": 0}
        self._gate.record("sys_user", Caller.system(), within).update(sys_id, values)
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

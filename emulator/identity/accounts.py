"""What identity needs to know of a user's record."""

from dataclasses import dataclass

from ...shared.digests import digest_of
from ..records.row import Row

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
        return digest_of(self.password_hash)

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

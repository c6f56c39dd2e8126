"""Users found by a field of their record, as an assertion's subject names them."""

from ..access.caller import Caller
from ..identity.accounts import UserAccount
from ..identity.users import Users
from ..records.gate import Gate

FIELDS = frozenset({"email", "user_name", "sys_id"})
LONGEST = 100


class UsersByField:
    def __init__(self, gate: Gate, users: Users) -> None:
        self._gate = gate
        self._users = users

    def find(self, field: str, value: str) -> UserAccount | None:
        """The only active user with this value. It comes from outside, so it must not become a query of its own."""
        plain = value.isprintable() and "^" not in value and not value.lower().startswith("javascript:")
        if field not in FIELDS or not plain or not 0 < len(value) <= LONGEST:
            return None
        rows = self._gate.record("sys_user", Caller.system()).query(f"{field}={value}^active=true", fields=[field]).rows
        if len(rows) != 1 or rows[0].value(field).lower() != value.lower():
            return None
        return self._users.by_id(rows[0].sys_id)

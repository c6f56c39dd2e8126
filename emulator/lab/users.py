"""Users with a working password and roles, made by the instance itself for a program that asks its lab."""

from collections.abc import Sequence

from ...shared.errors import TicketlabError
from ...shared.near import did_you_mean
from ..access.caller import Caller
from ..identity.passwords import Passwords
from ..query import literal
from ..records.gate import Gate, Transaction
from ..records.row import Row


class UserExists(TicketlabError):
    status = 409
    message = "There already is such a user"


class UnknownRole(TicketlabError):
    status = 400
    message = "There is no such role"


def create_user(
    gate: Gate,
    passwords: Passwords,
    *,
    user_name: str,
    password: str,
    roles: Sequence[str],
    name: str = "",
    **more: object,
) -> Row:
    """Make the user with all roles, or nothing; ``more`` are further fields. Raises UserExists, UnknownRole."""
    hashed = passwords.hash(password)  # slow on purpose, so not inside the transaction
    name = name or user_name
    first, _, last = name.partition(" ")
    values = {"user_name": user_name, "name": name, "first_name": first, "last_name": last, **more}
    with gate.transaction() as transaction:
        users = gate.record("sys_user", Caller.system(), transaction)
        if users.find(f"user_name={literal(user_name)}", ["sys_id"]):
            raise UserExists(detail=f"{user_name} has a sys_user record.")
        row = users.insert({**values, "user_password": hashed})
        _give_roles(gate, transaction, row.sys_id, roles)
    return row


def _give_roles(gate: Gate, transaction: Transaction, user: str, names: Sequence[str]) -> None:
    roles = gate.record("sys_user_role", Caller.system(), transaction)
    given = gate.record("sys_user_has_role", Caller.system(), transaction)
    for name in dict.fromkeys(names):
        role = roles.find(f"name={literal(name)}", ["sys_id", "name"])
        if role is None or role.value("name") != name:
            known = [each.value("name") or "" for each in roles.query(fields=["name"]).rows]
            raise UnknownRole(detail=f"{name} is not a sys_user_role record.{did_you_mean(name, known)}")
        given.insert({"user": user, "role": role.sys_id, "state": "active"})

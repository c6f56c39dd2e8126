"""Users with a working password and roles, made by the instance itself for a program that asks its lab."""

from collections.abc import Mapping, Sequence

from ...shared.errors import TicketlabError
from ...shared.near import did_you_mean
from ..access.caller import Caller
from ..identity.passwords import Passwords
from ..records.gate import Gate, Transaction
from ..records.row import Row


class UserExists(TicketlabError):
    status = 409
    message = "There is such a user already"


class UnknownRole(TicketlabError):
    status = 400
    message = "There is no such role"


def create_user(gate: Gate, passwords: Passwords, asked: Mapping[str, object]) -> Row:
    """Make the user with all roles, or nothing. Raises UserExists, UnknownRole."""
    hashed = passwords.hash(str(asked["password"]))  # slow on purpose, so not inside the transaction
    roles = asked["roles"]
    assert isinstance(roles, list)
    with gate.transaction() as transaction:
        users = gate.record("sys_user", Caller.system(), transaction)
        user_name = str(asked["user_name"])
        if users.find(f"user_name={user_name}", ["sys_id"]):
            raise UserExists(detail=f"{user_name} has a sys_user record.")
        row = users.insert({**_values(asked), "user_password": hashed})
        _give_roles(gate, transaction, row.sys_id, roles)
    return row


def _values(asked: Mapping[str, object]) -> Mapping[str, object]:
    name = str(asked.get("name") or asked["user_name"])
    first, _, last = name.partition(" ")
    given = {key: asked[key] for key in ("user_name", "email", "web_service_access_only") if key in asked}
    return {"name": name, "first_name": first, "last_name": last, **given}


def _give_roles(gate: Gate, transaction: Transaction, user: str, names: Sequence[str]) -> None:
    roles = gate.record("sys_user_role", Caller.system(), transaction)
    given = gate.record("sys_user_has_role", Caller.system(), transaction)
    for name in dict.fromkeys(names):
        role = None if "^" in name else roles.find(f"name={name}", ["sys_id", "name"])
        if role is None or role.value("name") != name:
            known = [each.value("name") or "" for each in roles.query(fields=["name"]).rows]
            raise UnknownRole(detail=f"{name} is no sys_user_role record.{did_you_mean(name, known)}")
        given.insert({"user": user, "role": role.sys_id, "state": "active"})

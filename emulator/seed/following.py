"""What follows from the rest of an entry, as the instance's rules would have made it follow at an insert."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any

from ..dictionary.model import Dictionary
from .entries import Entry, read_data

CHANGE_MODELS = "chg_model"
MIRRORED = frozenset({"incident", "problem"})
LOOKED_UP = ("impact", "urgency")


def complete(dictionary: Dictionary, table: str, entry: Entry, born: str, author: str) -> Entry:
    """The entry with what it leaves out. Raises ValueError for a user without a name."""
    if table == "sys_user":
        return _user(entry)
    found = dict(entry)
    if table in MIRRORED and "state" in entry:  # incident_state mirrors state (platform 5.2, D)
        found.setdefault(f"{table}_state", entry["state"])
    if table == "incident" and "priority" not in entry:
        found["priority"] = _priority(dictionary, table, entry)
    if "active" not in entry and str(entry.get("state", "")) in _closed_states(dictionary, table):
        found["active"] = False
        found.setdefault("closed_at", entry.get("sys_created_on") or entry.get("opened_at") or born)
        found.setdefault("closed_by", entry.get("opened_by") or author)
    return found


def _user(entry: Entry) -> Entry:
    if not entry.get("user_name"):
        raise ValueError("A record of sys_user needs a user_name")
    name = f"{entry.get('first_name', '')} {entry.get('last_name', '')}".strip()
    return {"name": name, "email": f"{entry['user_name']}@example.com", **entry}


def _priority(dictionary: Dictionary, table: str, entry: Entry) -> str:
    """By the platform's matrix (platform 5.2, D)."""
    fields = dictionary.fields(table)
    wanted = {each: str(entry.get(each, fields[each].default)) for each in LOOKED_UP}
    matrix = read_data("behaviour")["dl_u_priority"]
    found = (row["priority"] for row in matrix if all(row[each] == wanted[each] for each in LOOKED_UP))
    return str(next(found, fields["priority"].default))


def _closed_states(dictionary: Dictionary, table: str) -> AbstractSet[str]:
    """The states in which records of the nearest table with a state model are not active."""
    closed = _states_of_models()
    return next((closed[each.name] for each in dictionary.chain(table) if each.name in closed), frozenset())


@cache
def _states_of_models() -> Mapping[str, AbstractSet[str]]:
    """By table. The models of changes agree in which states are closed."""
    data: Any = read_data("models")
    found: dict[str, set[str]] = {}
    for model in data["models"]:
        table = "change_request" if model["table"] == CHANGE_MODELS else model["table_name"]
        found.setdefault(table, set()).update(value for value, _label, active in model["states"] if not active)
    return found

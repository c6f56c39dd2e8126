"""What a write brings with it of itself: a user's name and clean count after unlocking, an OAuth client's ID."""

from collections.abc import Mapping

from ..store.store import Native
from .work import Work

USERS = "sys_user"
OAUTH_CLIENTS = "oauth_entity"
INBOUND = frozenset({"client", "jwt_client"})
EFFECTIVE_NUMBER = "task_effective_number"
NAME_PARTS = ("first_name", "last_name")


def computed(
    work: Work, table: str, sys_id: str, given: Mapping[str, Native], before: Mapping[str, Native]
) -> Mapping[str, Native]:
    """The values to write instead of ``given``. ``before`` is the stored record, empty for a new one."""
    if table == OAUTH_CLIENTS and not before:
        return _with_client_id(work, given)
    return _of_user(work, sys_id, given, before) if table == USERS else given


def follow_number(work: Work, table: str, values: dict[str, Native]) -> None:
    """A task's effective number is calculated: its own number, whatever a writer says (recorded tasks, F)."""
    if EFFECTIVE_NUMBER in work.dictionary.fields(table):
        values[EFFECTIVE_NUMBER] = values.get("number")


def _with_client_id(work: Work, given: Mapping[str, Native]) -> Mapping[str, Native]:
    """An inbound client that comes without an ID gets one: scripts that make it read theirs back (platform 2.1, C)."""
    if given.get("client_id") or given.get("type", "client") not in INBOUND:
        return given
    return {**given, "client_id": work.ids.sys_id()}


def _of_user(
    work: Work, sys_id: str, given: Mapping[str, Native], before: Mapping[str, Native]
) -> Mapping[str, Native]:
    values = dict(given)
    if any(each in given for each in NAME_PARTS):
        parts = [str({**before, **given}.get(each) or "") for each in NAME_PARTS]
        values["name"] = " ".join(filter(None, parts)) or values.get("name", before.get("name"))
    if given.get("locked_out") is True and work.caller.user == sys_id:
        del values["locked_out"]
        work.trail.alter("user", "own lock", "Administrators cannot lock themselves out (platform 2.2, D).")
    if given.get("locked_out") is False and before.get("locked_out"):
        values.setdefault("failed_attempts", 0)
    return values

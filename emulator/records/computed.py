"""What a write to a user brings with it: the name made of first and last name, and a clean count after unlocking."""

from collections.abc import Mapping

from ..store.store import Native
from .work import Work

USERS = "sys_user"
NAME_PARTS = ("first_name", "last_name")


def computed(
    work: Work, table: str, sys_id: str, given: Mapping[str, Native], before: Mapping[str, Native]
) -> Mapping[str, Native]:
    """The values to write instead of ``given``. ``before`` is the stored record, empty for a new one."""
    if table != USERS:
        return given
    values = dict(given)
    if any(each in given for each in NAME_PARTS):
        parts = [str({**before, **given}.get(each) or "") for each in NAME_PARTS]
        values["name"] = " ".join(filter(None, parts)) or values.get("name", before.get("name"))
    if given.get("locked_out") is True and work.caller.user == sys_id:
        del values["locked_out"]
        work.trail.alter("user", "own lock", "Nobody locks oneself out (platform 2.2, D).")
    if given.get("locked_out") is False and before.get("locked_out"):
        values.setdefault("failed_attempts", 0)
    return values

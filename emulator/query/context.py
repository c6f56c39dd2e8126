"""What a query means depends on who asks and when: the values that ``javascript:`` stands for."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class QueryContext:
    """The asking user, and the moment, of a query."""

    user: str = ""
    """sys_id of the user's record."""
    user_name: str = ""
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    time_zone: str = "UTC"


_CALL = re.compile(r"javascript:\s*gs\.(?P<name>\w+)\(\)\s*;?\s*", re.ASCII)

_MACROS: Mapping[str, Callable[[QueryContext], str]] = {
    "getUserID": lambda context: context.user,
    "getUserName": lambda context: context.user_name,
}
"""The calls that a value may be. Nothing is ever evaluated: what is not here is text like any other."""


def resolve(value: str, context: QueryContext) -> str | None:
    """The value that a term's text stands for; None when it stands for nobody, which no record matches."""
    call = _CALL.fullmatch(value)
    if call is None or call["name"] not in _MACROS:
        return value
    return _MACROS[call["name"]](context) or None

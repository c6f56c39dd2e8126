"""What stands in an access control's Script here: the name of a predicate of this list (ours).

A real one is JavaScript that sets ``answer``. These answer with an encoded query instead, so that the database decides
which records it holds for: empty for every record, None for none. A name that is not in the list holds for none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..dictionary.model import Dictionary
from ..query import literal
from .caller import Caller, Channel

OWNERS = ("caller_id", "opened_by", "requested_by", "user")
"""Fields that say whose a record is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for records of which table."""

    dictionary: Dictionary
    table: str
    caller: Caller


Predicate = Callable[[Asked], str | None]


def evaluate(name: str, asked: Asked) -> str | None:
    """The records that the predicate of this name holds for, as an encoded query; None for none at all."""
    predicate = PREDICATES.get(name.strip())
    return predicate(asked) if predicate is not None else None


def _is_own_record(asked: Asked) -> str | None:
    if asked.dictionary.is_a(asked.table, "sys_user"):
        return _is_me(asked, "sys_id")
    fields = asked.dictionary.fields(asked.table)
    return "^NQ".join(filter(None, (_is_me(asked, each) for each in OWNERS if each in fields))) or None


def _is_created_by_me(asked: Asked) -> str | None:
    name = literal(asked.caller.user_name)
    return f"sys_created_by={name}" if name and _has(asked, "sys_created_by") else None


def _is_assigned_to_me(asked: Asked) -> str | None:
    return _is_me(asked, "assigned_to")


def _is_interactive(asked: Asked) -> str | None:
    return "" if asked.caller.channel is Channel.PAGE else None


def _is_elevated(asked: Asked) -> str | None:
    return "" if asked.caller.elevated else None


def _is_me(asked: Asked, element: str) -> str | None:
    user = asked.caller.user
    return f"{element}={user}" if user.isalnum() and _has(asked, element) else None


def _has(asked: Asked, element: str) -> bool:
    return element in asked.dictionary.fields(asked.table)


PREDICATES: Mapping[str, Predicate] = {
    "is_own_record": _is_own_record,
    "is_created_by_me": _is_created_by_me,
    "is_assigned_to_me": _is_assigned_to_me,
    "is_interactive": _is_interactive,
    "is_elevated": _is_elevated,
    "is_anybody": lambda _asked: "",
    "is_nobody": lambda _asked: None,
}

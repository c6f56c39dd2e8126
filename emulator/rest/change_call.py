"""What every request of the Change Management API is read by: who may, and what was asked."""

from collections.abc import Mapping

from flask import request

from ...shared.web.parts import part
from ..access.caller import Caller
from ..change.changes import Changes, Kind
from ..query import literal, narrowed_by, parse
from ..records.gate import Gate
from . import assumptions
from .errors import ApiAclRefused
from .filters import query_of
from .frame import api_caller
from .incoming import asked_by_name, given_record
from .parameters import Parameters

READERS = ("itil", "change_manager", "sn_change_read")
WRITERS = ("itil", "change_manager")
DELETERS = ("change_manager",)
SCHEDULERS = (*WRITERS, "sn_change_writer")
"""The documentation asks for sn_change_writer, which a base system gives to those who write changes (D, G)."""
OWN_NAMES = ("order", "textSearch", "association_type")
"""Parameters of a list that are no fields."""


def caller_with(roles: tuple[str, ...]) -> Caller:
    """Raises ApiAclRefused for a caller without any of the roles (rest 8, D)."""
    caller = api_caller()
    if not any(caller.has_role(role) for role in roles):
        raise ApiAclRefused
    return caller


def changes_of(roles: tuple[str, ...], kind: str = "") -> Changes:
    return Changes(part(Gate), caller_with(roles), Kind(kind))


def query_for(gate: Gate, table: str, asked: Parameters) -> str:
    """The encoded query, or the fields given by name; ``textSearch`` and ``order`` on top.

    What is to be in no order comes by number, and what has none by name (vendor's change-management-api, D).
    """
    named = [pair for pair in asked.filters if pair[0] not in OWN_NAMES]
    query = asked.query or query_of(gate.read_dictionary(), table, named)
    by_name = asked_by_name()
    text = literal(by_name.get("textSearch", ""))
    searched = "^OR".join(f"{each}LIKE{text}" for each in assumptions.CHANGE_SEARCHED.value) if text else ""
    bound = narrowed_by(parse(query), parse(searched))
    order = by_name.get("order", "")
    if not order.replace("_", "").isalnum():
        order = "" if bound.orders else _usual_order(gate, table)
    return "^".join(filter(None, (str(bound), f"ORDERBY{order}" if order else "")))


def _usual_order(gate: Gate, table: str) -> str:
    return "number" if "number" in gate.read_dictionary().fields(table) else "name"


def limit_of(asked: Parameters) -> int:
    """How many are asked for, else the API's own default."""
    return asked.limit if asked_by_name().get("sysparm_limit", "").strip() else assumptions.CHANGE_LIMIT.value


def given() -> Mapping[str, object]:
    """Fields of the body, and of the address, where a body names none of them."""
    named = {name: value for name, value in request.args.items() if not name.startswith("sysparm_")}
    return {**named, **given_record()}

"""The homepage: the newest open changes and incidents, as far as the signed-in user may see them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..access.caller import Caller
from ..errors import PlatformError
from ..records.gate import Gate
from .list_query import list_url, record_url

NEWEST = 5
OPEN = "active=true^ORDERBYDESCsys_created_on"


@dataclass(frozen=True, slots=True)
class Line:
    url: str
    number: str
    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    url: str
    rows: Sequence[Line]
    nothing: str


def panels(gate: Gate, caller: Caller) -> Sequence[Panel]:
    return [
        _panel(gate, caller, "Newest open changes", "change_request", "There is no open change that you may see."),
        _panel(gate, caller, "Newest open incidents", "incident", "There is no open incident that you may see."),
    ]


def _panel(gate: Gate, caller: Caller, title: str, table: str, nothing: str) -> Panel:
    fields = ("number", "short_description", "state")
    try:
        rows = gate.record(table, caller).query(OPEN, fields=fields, limit=NEWEST).rows
    except PlatformError:
        rows = ()
    lines = [Line(record_url(each.table, each.sys_id), *map(each.display, fields)) for each in rows]
    return Panel(title, list_url(table, OPEN), lines, nothing)

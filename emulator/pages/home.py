"""The homepage: the newest open changes and incidents, as far as the signed-in user may see them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..access.caller import Caller
from ..errors import PlatformError
from ..records.gate import Gate
from .list_query import list_url, record_url

NEWEST = 5
OPEN_CHANGES = "active=true^stateNOT IN3,4^ORDERBYDESCsys_created_on^ORDERBYDESCnumber"
OPEN_INCIDENTS = "active=true^stateNOT IN7,8^ORDERBYDESCsys_created_on^ORDERBYDESCnumber"
"""Closed and canceled ones left out by their state too: a program may set that and leave ``active`` alone."""


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
        _panel(gate, caller, "Newest open changes", "change_request", OPEN_CHANGES, "There is no open change to see."),
        _panel(gate, caller, "Newest open incidents", "incident", OPEN_INCIDENTS, "There is no open incident to see."),
    ]


def _panel(gate: Gate, caller: Caller, title: str, table: str, query: str, nothing: str) -> Panel:
    fields = ("number", "short_description", "state")
    try:
        rows = gate.record(table, caller).query(query, fields=fields, limit=NEWEST).rows
    except PlatformError:
        rows = ()
    lines = [Line(record_url(each.table, each.sys_id), *map(each.display, fields)) for each in rows]
    return Panel(title, list_url(table, query), lines, nothing)

"""When a configuration item is free: time slots for a change (vendor's change-management-api, D).

The platform looks at maintenance and blackout windows as well, which are schedules; those are not emulated. So an item
is free whenever no other change has it (ours).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...shared.time_style import TimeStyle
from ..access.caller import Caller
from ..query import literal
from ..records.gate import Gate
from ..records.row import written
from .changes import TABLE
from .errors import BadSlot

PROPERTY = "change.conflict.next_available.schedule_window"
USUAL_DAYS = 90
"""How many days ahead are looked at, without the property (D)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be fitted in: how long it takes, and when it may begin at the earliest."""

    duration: timedelta
    earliest: datetime


@dataclass(frozen=True, slots=True)
class Slot:
    start: datetime
    end: datetime


def days_ahead(gate: Gate) -> int:
    """The property's days; a value that is no number of days counts as none."""
    days = gate.get_property(PROPERTY)
    return int(days) if days.isdecimal() and len(days) < len(str(timedelta.max.days)) else USUAL_DAYS


def free_slots(gate: Gate, item: str, wanted: Wanted, besides: str = "") -> Sequence[Slot]:
    """The first slot of each gap between the changes that have the item, ``besides`` being none of them.

    Raises BadSlot when the days ahead end after the last one that there is.
    """
    try:
        last = wanted.earliest + timedelta(days=days_ahead(gate))
    except OverflowError as error:
        raise BadSlot("planned_start_time is too late") from error
    slots, free = [], wanted.earliest
    for start, end in (*_taken(gate, item, free, last, besides), (last, last)):
        if start - free >= wanted.duration:
            slots.append(Slot(free, free + wanted.duration))
        free = max(free, end)
    return slots


def spans(slots: Sequence[Slot], style: TimeStyle) -> str:
    """The slots as the worker's payload, with the user's times beside those in UTC; empty without any (D)."""
    written_out = [{name: _pair(getattr(slot, name), style) for name in ("start", "end")} for slot in slots]
    return json.dumps({"spans": written_out}) if written_out else ""


def _pair(moment: datetime, style: TimeStyle) -> dict[str, str]:
    return {"value": written(moment), "display_value": style.shown(moment)}


def _taken(gate: Gate, item: str, first: datetime, last: datetime, besides: str) -> Iterator[tuple[datetime, datetime]]:
    """When other changes have the item, by their start. Whoever may not see one is still told that it is taken."""
    query = (
        f"cmdb_ci={literal(item)}^active=true^sys_id!={besides}"
        f"^start_date<{written(last)}^end_date>{written(first)}^ORDERBYstart_date"
    )
    for row in gate.record(TABLE, Caller.system()).query(query, fields=("start_date", "end_date")).rows:
        start, end = row.moment("start_date"), row.moment("end_date")
        if start is not None and end is not None:
            yield start, end

"""A list grouped by a column: each value with the number of its records."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..access.caller import Caller
from ..dictionary.model import Dictionary, Field
from ..dictionary.types import Storage
from ..query import Aggregate, EncodedQuery, Function, Grouping, GroupOrder, narrowed
from ..records.gate import Gate
from .assumptions import MOST_GROUPS
from .list_query import list_url

COUNT = Aggregate(Function.COUNT)
LONGEST_TEXT = 255
EMPTY = "(empty)"


@dataclass(frozen=True, slots=True)
class GroupLine:
    text: str
    count: int
    url: str
    """The list of the group's records."""


@dataclass(frozen=True, slots=True)
class Groups:
    label: str
    lines: Sequence[GroupLine]
    more: bool = False
    """Whether there are groups beyond the last."""


def read_groups(gate: Gate, caller: Caller, dictionary: Dictionary, table: str, query: EncodedQuery) -> Groups | None:
    """The groups by the first field that the query groups by; None when the table has no such column.

    Counted are the records that the caller may read. Raises QueryRefused for a field that may not be read in all.
    """
    element = next(iter(query.grouped_by), "")
    field = dictionary.field(table, element)
    if field is None or not field.can_be_shown:
        return None
    ungrouped = replace(query, grouped_by=())
    grouping = Grouping((COUNT,), (element,), (GroupOrder(element),))
    found = gate.aggregate(table, caller).query(str(replace(ungrouped, orders=())), grouping)
    lines = []
    for group in found[: MOST_GROUPS.value]:
        value = group.fields[element]
        condition = f"{element}={value.value}" if value.value else f"{element}ISEMPTY"
        text = value.display(caller.style) or value.value or EMPTY
        lines.append(GroupLine(text, int(group.values[COUNT]), list_url(table, narrowed(ungrouped, condition))))
    return Groups(field.label, lines, len(found) > MOST_GROUPS.value)


def can_group(field: Field) -> bool:
    """Whether groups by this field say anything: times and long texts are all different."""
    if field.type.is_secret or field.type.storage in {Storage.DATE_TIME, Storage.VIRTUAL}:
        return False
    return bool(field.reference or field.choices or field.max_length <= LONGEST_TEXT) and field.element != "sys_id"

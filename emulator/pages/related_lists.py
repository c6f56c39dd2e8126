"""The related lists at the foot of a form: the first records of other tables that belong to its record.

They are lists like any other, read through the gate as the one who looks. A table that may not be read has none, and
none tells how many records there are beyond those it shows: a total is blind to access rules.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from ..access.operations import Operation
from ..dictionary.layout import list_columns, related_lists
from ..dictionary.model import Dictionary, RelatedList
from ..errors import PlatformError
from ..query import EncodedQuery, literal, parse
from ..records.gate import Gate
from ..records.row import Row
from .assumptions import RELATED_ROWS
from .cells import Cell, cells_of
from .list_page import in_usual_order
from .list_query import list_url, ordered_by, record_url
from .return_address import REFERRING
from .rights import Rights

MOST_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class ShownList:
    """One related list. ``more`` tells that there may be records which are not shown."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    more: bool
    url: str
    """The whole list, filtered by the record."""
    new_url: str
    """A new record that belongs to this one; empty where none may be made."""

    @property
    def count(self) -> str:
        return f"{len(self.rows)}{'+' if self.more else ''}"


def read_related_lists(gate: Gate, rights: Rights, table: str, sys_id: str) -> Sequence[ShownList]:
    """The related lists of a record, as the dictionary orders them. Raises what reading the record does."""
    wanted = [each for each in related_lists(rights.snapshot.dictionary, table) if _may_look(rights, each)]
    if not wanted:
        return ()
    record = gate.record(table, rights.caller).get(sys_id, [each.own for each in wanted], named=False)
    return list(_read(gate, rights, record, wanted, _titles(rights, record.table, wanted)))


def _may_look(rights: Rights, related: RelatedList) -> bool:
    """Whether the caller may read such records, and ask for them by the field that makes them belong."""
    readable = rights.may(Operation.READ, related.table)
    return readable and rights.may_read_field(related.table, related.element)


def _ordered(dictionary: Dictionary, table: str, query: EncodedQuery, first_columns: Sequence[str]) -> EncodedQuery:
    """As in the table's own list, but by name where the name has become the first column."""
    named = dictionary.display_element(table)
    if named != "number" and named in first_columns:
        return ordered_by(query, named, descending=False)
    return in_usual_order(dictionary, table, query)


def _titles(rights: Rights, own: str, wanted: Sequence[RelatedList]) -> Sequence[str]:
    """What the records are called, and by which field they belong where that is no matter of course.

    It is none where two lists are of one table, or a list is of the record's own.
    """
    dictionary = rights.snapshot.dictionary
    several = {table for table, count in Counter(each.table for each in wanted).items() if count > 1}
    several |= {each.name for each in dictionary.chain(own)}
    titles = []
    for each in wanted:
        table = dictionary.table(each.table)
        field = dictionary.fields(each.table)[each.element]
        titles.append(f"{table.plural or table.label}{f' ({field.label})' if each.table in several else ''}")
    return titles


def _read(
    gate: Gate, rights: Rights, record: Row, wanted: Sequence[RelatedList], titles: Sequence[str]
) -> Iterator[ShownList]:
    dictionary, most = rights.snapshot.dictionary, RELATED_ROWS.value
    for related, title in zip(wanted, titles, strict=True):
        own = record.value(related.own)
        if not own:
            continue
        belonging = f"{related.element}={literal(own)}"
        fields = dictionary.fields(related.table)
        elements = [each for each in list_columns(dictionary, related.table) if each != related.element]
        elements = [each for each in elements if each in fields and fields[each].can_be_shown][:MOST_COLUMNS]
        query = _ordered(dictionary, related.table, parse(belonging), elements[:1])
        records = gate.record(related.table, rights.caller)
        try:
            found = records.query(str(query), fields=elements, limit=most + 1)
        except PlatformError:  # a table that may not be read has no list
            continue
        presets = {"sysparm_query": belonging, REFERRING: record_url(record.table, record.sys_id)}
        new = f"{record_url(related.table, '-1')}&{urlencode(presets)}"
        yield ShownList(
            name=f"{related.table}.{related.element}",
            title=title,
            columns=[fields[each].label for each in elements],
            rows=[cells_of(fields, each, elements) for each in found.rows[:most]],
            more=found.full,
            url=list_url(related.table, belonging),
            new_url=new if rights.may(Operation.CREATE, related.table) else "",
        )

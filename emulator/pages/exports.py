"""A list as a file: CSV with the list's columns as they are shown, JSON and XML with every field as it is stored.

Read through the gate as the one who asks, so a file holds what the list and the API would show.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from ...shared.text import whole_number
from ..access.caller import Caller
from ..dictionary.types import FieldType
from ..query import EncodedQuery
from ..records.gate import Gate
from ..records.row import Row
from ..rest.representation import XML_HEAD, to_json, without_unwritable, xml_text
from .assumptions import EXPORT_CHARSET, EXPORT_ESCAPE, EXPORT_LIMIT, EXPORT_MOST
from .list_layout import read_layout
from .list_page import in_usual_order
from .preferences import Preferences

CSV, JSON, XML = "CSV", "JSONv2", "XML"
PROCESSORS = {CSV: ("csv", "text/csv"), JSON: ("json", "application/json"), XML: ("xml", "application/xml")}
"""By the parameter of a list's address that asks for a file: the ending of its name, and its type."""
LARGEST_NUMBER = 999_999_999
"""A property that says more counts as not set."""
FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)*", re.ASCII)
"""The states of a change begin at -5."""


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be saved."""

    name: str
    content_type: str
    body: bytes


def export(gate: Gate, caller: Caller, table: str, query: EncodedQuery, processor: str) -> Export:
    """The records that a query finds, in one of the forms of PROCESSORS. Raises what the gate does."""
    dictionary = gate.read_dictionary()
    ordered = query if query.orders or query.grouped_by else in_usual_order(dictionary, table, query)
    columns = read_layout(dictionary, Preferences(gate, caller), table).columns
    fields = columns if processor == CSV else None
    rows = (
        gate.record(table, caller)
        .query(str(ordered), fields=fields, limit=_limit(gate), displayed=processor == CSV)
        .rows
    )
    if processor == CSV:
        body = write_csv(columns, rows, escaped=gate.get_property(*EXPORT_ESCAPE.value) == "true")
    else:
        body = write_json(rows) if processor == JSON else write_xml(rows)
    ending, content_type = PROCESSORS[processor]
    return Export(f"{table}.{ending}", f"{content_type}; charset={EXPORT_CHARSET.value}", body)


def write_csv(columns: Sequence[str], rows: Sequence[Row], *, escaped: bool) -> bytes:
    """A line of the fields' names, then one for each record; every value in quotes, lines end in CR LF (RFC 4180)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    for row in rows:
        values = (row.display(column) for column in columns)
        writer.writerow(map(harmless, values) if escaped else values)
    return text.getvalue().encode()


def harmless(value: str) -> str:
    """The value with a quote before it where a spreadsheet would compute it; numbers stay numbers."""
    return f"'{value}" if FORMULA.match(value) and not NUMBER.fullmatch(value) else value


def write_json(rows: Sequence[Row]) -> bytes:
    """As the JSONv2 processor answers."""
    records = [{name: value.value for name, value in row.values.items()} for row in rows]
    return to_json({"records": records})


def write_xml(rows: Sequence[Row]) -> bytes:
    """A record is an element of its table's name, each field one within; references say what they are called (G)."""
    records = "".join(part for row in rows for part in _record(row))
    return f"{XML_HEAD}<xml>{records}</xml>".encode()


def _record(row: Row) -> Iterator[str]:
    yield f"<{row.table}>"
    for name, value in row.values.items():
        shown = ""
        if value.field.type is FieldType.REFERENCE and value.value:
            shown = f" display_value={quoteattr(without_unwritable(value.display(row.style)))}"
        text = xml_text(value.value)
        yield f"<{name}{shown}>{text}</{name}>" if text else f"<{name}/>"
    yield f"</{row.table}>"


def _limit(gate: Gate) -> int:
    name, usual = EXPORT_LIMIT.value
    limit = whole_number(gate.get_property(name), LARGEST_NUMBER)
    return min(usual if limit is None else limit, EXPORT_MOST.value)

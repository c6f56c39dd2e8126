"""The cells of a list's row: what stands there, and where it leads."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..dictionary.model import Dictionary
from ..dictionary.types import FieldType, Storage
from ..records.row import Row
from .list_query import decisions_url, record_url

LONGEST_CELL = 120


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    label: str
    link: str = ""
    whole: str = ""
    """The full text, where ``text`` is cut off."""
    moment: bool = False
    """Whether it is a date or a time, which should not be broken at its hyphens."""


def cells_of(dictionary: Dictionary, row: Row, elements: Sequence[str]) -> list[Cell]:
    """The first column leads to the record, as its own class; a reference to the record it points to."""
    fields = dictionary.fields(row.table)
    cells = []
    for index, element in enumerate(elements):
        text = row.display(element)
        label = fields[element].label
        link = ""
        if index == 0:
            link, text = record_url(row.table, row.sys_id), text or "(empty)"
        elif fields[element].type is FieldType.REFERENCE and row.value(element) and text:
            link = record_url(fields[element].reference, row.value(element))
        else:
            link = decisions_url(row.table, element, row.value(element))
        moment = fields[element].type.storage in {Storage.DATE, Storage.DATE_TIME}
        cells.append(Cell(_cut(text), label, link, text if len(text) > LONGEST_CELL else "", moment))
    return cells


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL].rstrip()}…"

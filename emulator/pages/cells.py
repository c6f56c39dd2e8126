"""The cells of a list's row: what stands there, and where it leads."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..dictionary.model import Dictionary
from ..dictionary.types import FieldType, Storage
from ..records.row import Row
from .list_query import decisions_url, record_url

LONGEST_CELL = 120
WORDS = 30
"""A longer text has its column wide enough to be read: a browser would give it the width of its longest word."""


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    label: str
    link: str = ""
    whole: str = ""
    """The full text, where ``text`` is cut off."""
    looks: str = ""
    """``moment`` for a date or a time, which should not be broken at its hyphens, ``words`` for what needs room."""


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
        looks = _looks(text, fields[element].type.storage)
        cells.append(Cell(_cut(text), label, link, text if len(text) > LONGEST_CELL else "", looks))
    return cells


def _looks(text: str, storage: Storage) -> str:
    if storage in {Storage.DATE, Storage.DATE_TIME}:
        return "moment"
    return "words" if len(text) > WORDS else ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL].rstrip()}…"

"""The cells of a list's row: what stands there, and where it leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..dictionary.model import Field
from ..dictionary.types import FieldType, Storage
from ..records.row import Row
from .list_query import decisions_url, record_url

LONGEST_CELL = 120
PHRASE, WORDS = 30, 60
"""Longer texts have their column wide enough to be read: a browser would give it the width of their longest word."""
ADDRESS = 40
"""A longer text without a blank may be broken anywhere: most are addresses, and one would widen the whole list."""


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    label: str
    link: str = ""
    whole: str = ""
    """The full text, where ``text`` is cut off."""
    looks: str = ""
    """``moment`` for a date or a time, which should not be broken at its hyphens; ``phrase`` and ``words`` for what
    needs room, ``address`` for what may be broken."""


def cells_of(fields: Mapping[str, Field], row: Row, elements: Sequence[str]) -> list[Cell]:
    """The first column leads to the record, as its own class; a reference to the record it points to.

    ``fields`` are those of the list's table: of the records in a union of tables, not every one has them.
    """
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
        looks = _looks(text, fields[element].type)
        cells.append(Cell(_cut(text), label, link, text if len(text) > LONGEST_CELL else "", looks))
    return cells


def _looks(text: str, kind: FieldType) -> str:
    if kind.storage in {Storage.DATE, Storage.DATE_TIME}:
        return "moment"
    if len(text) <= PHRASE or kind is FieldType.CLASS_NAME:  # the label of a class is long, and the same in every row
        return ""
    if " " not in text:
        return "address" if len(text) > ADDRESS else ""
    return "words" if len(text) > WORDS else "phrase"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL].rstrip()}…"

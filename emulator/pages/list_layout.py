"""How a person wants a list: its columns, and how many rows stand on a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..dictionary.layout import list_columns
from ..dictionary.model import Dictionary
from .assumptions import ROWS_OFFERED
from .preferences import Preferences

ROWCOUNT = "rowcount"
"""The platform's own preference."""
COLUMNS = "list_columns"
"""Ours, with the table's name behind a dot: a person's columns, comma-separated. The platform keeps rows of
sys_ui_list_element instead."""
USUAL_ROWS = ROWS_OFFERED.value[0]
MOST_COLUMNS = 30


@dataclass(frozen=True, slots=True)
class ListLayout:
    columns: Sequence[str]
    rows: int = USUAL_ROWS
    chosen: bool = False
    """Whether the columns are the person's own choice."""


def read_layout(dictionary: Dictionary, preferences: Preferences, table: str) -> ListLayout:
    """Raises InvalidTable. What a choice names that the table does not have is passed over."""
    usual = list_columns(dictionary, table)
    name = f"{COLUMNS}.{table}"
    found = preferences.read(ROWCOUNT, name)
    chosen = known_columns(dictionary, table, found.get(name, "").split(","))
    return ListLayout(chosen or usual, rows_of(found.get(ROWCOUNT, "")), bool(chosen))


def save_columns(dictionary: Dictionary, preferences: Preferences, table: str, columns: Sequence[str]) -> None:
    """Keep a choice; the usual columns, and no columns, do not count as one."""
    known = known_columns(dictionary, table, columns)
    value = "" if known == list_columns(dictionary, table) else ",".join(known)
    preferences.write(f"{COLUMNS}.{table}", value)


def save_rows(preferences: Preferences, text: str) -> None:
    preferences.write(ROWCOUNT, str(rows_of(text)))


def rows_of(text: str) -> int:
    """One of the numbers that are offered."""
    return next((each for each in ROWS_OFFERED.value if str(each) == text), USUAL_ROWS)


def known_columns(dictionary: Dictionary, table: str, columns: Sequence[str]) -> list[str]:
    """The columns that the table can show, each once, at most thirty."""
    fields = dictionary.fields(table)
    known = [each for each in dict.fromkeys(columns) if each in fields and fields[each].can_be_shown]
    return known[:MOST_COLUMNS]

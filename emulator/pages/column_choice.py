"""The page on which a person chooses the columns of a list: those shown, in their order, and those to add."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .filter_builder import fields_to_filter
from .filter_operators import Labelled
from .list_layout import MOST_COLUMNS, known_columns
from .rights import Rights

MOVES: dict[str, Callable[[int], int]] = {"up": lambda place: place - 1, "down": lambda place: place + 1}


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """``shown`` and ``others`` are elements with their labels."""

    table: str
    label: str
    shown: Labelled
    others: Labelled
    full: bool


def column_choice(rights: Rights, table: str, columns: Sequence[str]) -> ColumnChoice:
    """The page for a choice in the making. Raises InvalidTable."""
    dictionary = rights.snapshot.dictionary
    fields = dictionary.fields(table)
    shown = [(each, fields[each].label) for each in known_columns(dictionary, table, columns)]
    others = [each for each in fields_to_filter(rights, table) if each not in shown]
    declared = dictionary.table(table)
    return ColumnChoice(table, declared.plural or declared.label, shown, others, len(shown) >= MOST_COLUMNS)


def changed(columns: Sequence[str], step: str, added: str) -> list[str]:
    """The columns after a button: ``add``, or ``up``, ``down`` and ``remove`` with a column behind a dot."""
    action, _, element = step.partition(".")
    kept = list(columns)
    if action == "add":
        return [*kept, added]
    if element not in kept:
        return kept
    place = kept.index(element)
    kept.pop(place)
    if action in MOVES:
        kept.insert(max(0, MOVES[action](place)), element)
    return kept

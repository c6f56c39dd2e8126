"""What the filter builder offers for a field: operators by its type, and what a value is given with."""

from collections.abc import Sequence
from enum import StrEnum

from ..dictionary.model import Dictionary, Field
from ..dictionary.types import FieldType, Storage

Labelled = Sequence[tuple[str, str]]
"""Values, each with its label."""


class Entry(StrEnum):
    """What a value is given with."""

    NOTHING = "nothing"
    TEXT = "text"
    MOMENT = "moment"
    CHOICE = "choice"
    CHOICES = "choices"
    REFERENCE = "reference"


EMPTINESS = (("ISEMPTY", "is empty"), ("ISNOTEMPTY", "is not empty"))
EQUALITY = (("=", "is"), ("!=", "is not"))
CHOSEN = (*EQUALITY, ("IN", "is one of"), ("NOT IN", "is not one of"), *EMPTINESS)
TEXTS = (
    ("LIKE", "contains"),
    ("NOT LIKE", "does not contain"),
    ("STARTSWITH", "starts with"),
    ("ENDSWITH", "ends with"),
    *EQUALITY,
    *EMPTINESS,
)
NUMBERS = (
    *EQUALITY,
    (">", "greater than"),
    (">=", "greater than or is"),
    ("<", "less than"),
    ("<=", "less than or is"),
    *EMPTINESS,
)
TIMES = (("ON", "on"), ("NOTON", "not on"), (">=", "at or after"), ("<=", "at or before"), *EMPTINESS)
CLASSES = (("=", "is"), ("!=", "is not"), ("INSTANCEOF", "is a"))
TRUTHS: Labelled = (("true", "true"), ("false", "false"))

_UNITS = ("Day", "Week", "Month", "Quarter", "Year")


def _period(label: str, start: str, end: str) -> tuple[str, str]:
    return f"{label}@javascript:gs.{start}@javascript:gs.{end}", label


PERIODS: Labelled = (
    _period("Today", "beginningOfToday()", "endOfToday()"),
    _period("Yesterday", "beginningOfYesterday()", "endOfYesterday()"),
    *(_period(f"This {unit.lower()}", f"beginningOfThis{unit}()", f"endOfThis{unit}()") for unit in _UNITS[1:]),
    *(_period(f"Last {unit.lower()}", f"beginningOfLast{unit}()", f"endOfLast{unit}()") for unit in _UNITS[1:3]),
    *(_period(f"Last {days} days", f"beginningOfLast{days}Days()", f"endOfLast{days}Days()") for days in (7, 30, 90)),
)
"""As the platform's own builder writes them (rest 4, D)."""


def operators_of(field: Field) -> Labelled:
    """The operators that make sense for a field; the first is the one to begin with."""
    if field.type is FieldType.CLASS_NAME:
        return CLASSES
    if field.type.storage is Storage.BOOLEAN:
        return (*EQUALITY, *EMPTINESS)
    if field.choices:
        return CHOSEN
    if field.type is FieldType.REFERENCE:
        return (*EQUALITY, *EMPTINESS)
    if field.type.storage in {Storage.DATE, Storage.DATE_TIME}:
        return TIMES
    return TEXTS if field.type.storage is Storage.TEXT else NUMBERS


def entry_of(field: Field, operator: str) -> Entry:
    """What the value of a comparison is given with."""
    if operator in {"ISEMPTY", "ISNOTEMPTY"}:
        return Entry.NOTHING
    if operator in {"IN", "NOT IN"}:
        return Entry.CHOICES
    if field.type.storage in {Storage.DATE, Storage.DATE_TIME}:
        return Entry.CHOICE if operator in {"ON", "NOTON"} else Entry.MOMENT
    if field.choices or field.type is FieldType.CLASS_NAME or field.type.storage is Storage.BOOLEAN:
        return Entry.CHOICE
    return Entry.REFERENCE if field.type is FieldType.REFERENCE else Entry.TEXT


def values_of(dictionary: Dictionary, table: str, field: Field) -> Labelled:
    """What there is to choose from, for a field whose values are chosen."""
    if field.type is FieldType.CLASS_NAME:
        classes = sorted(dictionary.descendants(table), key=lambda name: dictionary.table(name).label)
        return [(name, dictionary.table(name).label) for name in classes]
    if field.type.storage is Storage.BOOLEAN:
        return TRUTHS
    if field.type.storage in {Storage.DATE, Storage.DATE_TIME}:
        return PERIODS
    return [(each.value, each.label) for each in field.choices]

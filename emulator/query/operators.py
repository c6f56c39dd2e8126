"""The operators: how each is written, and what a term with it asks of a field.

An operator is a function of the field and the value's text, and knows no SQL: it gives a Predicate. It returns None
where it says nothing of such a field; the term is then dropped like one with an unknown operator.

Empty is NULL. ``!=``, NOT IN and NOT LIKE match empty fields; the others do not, except those that ask for them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ..dictionary.types import FieldType, Storage
from ..errors import QueryTooComplex
from .paths import Place, display_place
from .predicates import ALL, Check, Predicate
from .values import ImpossibleValue, read_text, read_value

Operator = Callable[[Place, str], Predicate | None]

LONGEST_PATTERN = 10_000
"""SQLite refuses patterns over 50,000 bytes, and matching costs their length for each row."""


def _equal(place: Place, value: str) -> Predicate:
    if value == "":
        return Predicate(Check.EMPTY, place.path)
    return Predicate(Check.EQUAL, place.path, read_value(place.field, value))


def _not_equal(place: Place, value: str) -> Predicate:
    if value == "":
        return Predicate(Check.NOT_EMPTY, place.path)
    return Predicate(Check.NOT_EQUAL, place.path, read_value(place.field, value))


def _ordered(check: Check) -> Operator:
    """``<`` and its like; of a reference they compare the display value."""

    def compare(place: Place, value: str) -> Predicate:
        shown = display_place(place)
        return Predicate(check, shown.path, read_value(shown.field, value))

    return compare


def _in(place: Place, value: str) -> Predicate:
    return Predicate(Check.IN, place.path, _listed(place, value))


def _not_in(place: Place, value: str) -> Predicate:
    if not value.strip(", "):
        return ALL
    return Predicate(Check.NOT_IN, place.path, _listed(place, value))


def _listed(place: Place, value: str) -> list[Any]:
    """The values of a list that the field can hold. Raises ImpossibleValue when there are none."""
    listed = []
    for part in value.split(","):
        try:
            if part.strip():
                listed.append(read_value(place.field, part.strip()))
        except ImpossibleValue:
            continue
    if not listed:
        raise ImpossibleValue(value)
    return listed


def _like(before: str, after: str, check: Check = Check.LIKE) -> Operator:
    """Text with anything before or after it; every character of the value stands for itself."""

    def like(place: Place, value: str) -> Predicate | None:
        shown = display_place(place)
        if shown.field.type is FieldType.DURATION or shown.field.type.storage is Storage.DECIMAL:
            return None  # what the wire shows of them is not what is stored
        return Predicate(check, shown.path, before + _literal(value) + after)

    return like


def _literal(value: str) -> str:
    if len(value) > LONGEST_PATTERN:
        raise QueryTooComplex(detail=f"A text to search for may have at most {LONGEST_PATTERN} characters.")
    text = read_text(value)
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return text


def _instance_of(place: Place, value: str) -> Predicate | None:
    """Records of a class or of one that extends it (rest 3, meas)."""
    if place.field.type is not FieldType.CLASS_NAME:
        return None
    if value not in place.dictionary.tables:
        raise ImpossibleValue(value)
    return Predicate(Check.IN, place.path, sorted(place.dictionary.descendants(value)))


OPERATORS: Mapping[str, Operator] = {
    "=": _equal,
    "!=": _not_equal,
    ">": _ordered(Check.GREATER),
    ">=": _ordered(Check.GREATER_OR_EQUAL),
    "<": _ordered(Check.LESS),
    "<=": _ordered(Check.LESS_OR_EQUAL),
    "IN": _in,
    "NOT IN": _not_in,
    "LIKE": _like("%", "%"),
    "NOT LIKE": _like("%", "%", Check.NOT_LIKE),
    "STARTSWITH": _like("", "%"),
    "ENDSWITH": _like("%", ""),
    "ISEMPTY": lambda place, _value: Predicate(Check.EMPTY, place.path),
    "ISNOTEMPTY": lambda place, _value: Predicate(Check.NOT_EMPTY, place.path),
    "ANYTHING": lambda _place, _value: ALL,
    "INSTANCEOF": _instance_of,
}
"""By canonical word."""

ALIASES = {
    "CONTAINS": "LIKE",
    "*": "LIKE",
    "DOES NOT CONTAIN": "NOT LIKE",
    "!*": "NOT LIKE",
    "%": "ENDSWITH",
    "EMPTYSTRING": "ISEMPTY",
}
_NOT_YET = ("IN_HIERARCHY_DYNAMIC", "IN_HIERARCHY")
"""Operators of the platform that begin like one of ours; listed so that they are unknown, not misread."""

WORDS: Mapping[str, str] = dict(
    sorted(
        {**{word: word for word in OPERATORS}, **ALIASES, **dict.fromkeys(_NOT_YET, "")}.items(),
        key=lambda item: -len(item[0]),
    )
)
"""Every way to write an operator, longest first, with its canonical word."""

LIST_OPERATORS = frozenset({"IN", "NOT IN"})

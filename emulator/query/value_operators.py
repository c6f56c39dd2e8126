"""The operators that compare a field with a value.

An operator is a function of the field, the value's text and the context, and knows no SQL: it gives a Predicate. It
returns None where it says nothing of such a field; the term is then dropped like one with an unknown operator.

Empty is NULL. Which operators match an empty field without asking for one stands in ``checks.MATCHES_EMPTY``.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ..dictionary.types import FieldType, Storage
from ..errors import QueryTooComplex
from .calls import resolve
from .context import QueryContext
from .paths import Place, display_place
from .predicates import ALL, NONE, Check, Predicate
from .values import ImpossibleValue, read_text, read_value

Operator = Callable[[Place, str, QueryContext], Predicate | None]

LONGEST_PATTERN = 10_000
"""SQLite refuses patterns over 50,000 bytes, and matching costs their length for each row."""


NOTHING = frozenset({"", "NULL"})
"""What ``=`` and ``!=`` take for no value: the platform's own addresses say ``status=NULL`` (platform 2.3, D)."""


def _equal(place: Place, value: str, _context: QueryContext) -> Predicate:
    if value in NOTHING:
        return Predicate(Check.EMPTY, place.path)
    return Predicate(Check.EQUAL, place.path, (read_value(place.field, value),))


def _not_equal(place: Place, value: str, _context: QueryContext) -> Predicate:
    if value in NOTHING:
        return Predicate(Check.NOT_EMPTY, place.path)
    return Predicate(Check.NOT_EQUAL, place.path, (read_value(place.field, value),))


def _ordered(check: Check) -> Operator:
    """``<`` and its like; of a reference they compare the display value."""

    def compare(place: Place, value: str, _context: QueryContext) -> Predicate:
        shown = display_place(place)
        return Predicate(check, shown.path, (read_value(shown.field, value),))

    return compare


def _between(place: Place, value: str, context: QueryContext) -> Predicate:
    """``BETWEENa@b``, both ends included; of a reference its display value."""
    shown = display_place(place)
    return Predicate(Check.BETWEEN, shown.path, bounds(shown, value, context))


def bounds(place: Place, value: str, context: QueryContext) -> tuple[Any, Any]:
    """The two ends of ``a@b``, each a value or a call. Raises ImpossibleValue."""
    first, at, last = value.partition("@")
    if not at:
        raise ImpossibleValue(value)
    low, high = (read_value(place.field, resolve(each, context, place.storage)) for each in (first, last))
    return low, high


def _in(place: Place, value: str, _context: QueryContext) -> Predicate:
    return Predicate(Check.IN, place.path, (_listed(place, value),))


def _not_in(place: Place, value: str, _context: QueryContext) -> Predicate:
    if not value.strip(", "):
        return ALL
    return Predicate(Check.NOT_IN, place.path, (_listed(place, value),))


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

    def like(place: Place, value: str, _context: QueryContext) -> Predicate | None:
        shown = display_place(place)
        if shown.field.type is FieldType.DURATION or shown.storage is Storage.DECIMAL:
            return None  # what the wire shows of them is not what is stored
        return Predicate(check, shown.path, (before + literal(value) + after,))

    return like


def literal(value: str) -> str:
    """A text as a pattern in which every character stands for itself. Raises QueryTooComplex, ImpossibleValue."""
    if len(value) > LONGEST_PATTERN:
        raise QueryTooComplex(detail=f"A text to search for may have at most {LONGEST_PATTERN} characters.")
    text = read_text(value)
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return text


def _instance_of(place: Place, value: str, _context: QueryContext) -> Predicate | None:
    """Records of a class or of one that extends it (rest 3, meas), as all do that sys_metadata shows together."""
    if place.field.type is not FieldType.CLASS_NAME:
        return None
    if value not in place.dictionary.tables:
        raise ImpossibleValue(value)
    classes = (value, *place.dictionary.table(value).union_of)
    found = {each for name in classes for each in place.dictionary.descendants(name)}
    return Predicate(Check.IN, place.path, (sorted(found),))


def _changes(_place: Place, _value: str, _context: QueryContext) -> Predicate:
    """Whether a value changed is a question to a change, as notifications have one; a stored record has none."""
    return NONE


VALUE_OPERATORS: Mapping[str, Operator] = {
    "=": _equal,
    "!=": _not_equal,
    ">": _ordered(Check.GREATER),
    ">=": _ordered(Check.GREATER_OR_EQUAL),
    "<": _ordered(Check.LESS),
    "<=": _ordered(Check.LESS_OR_EQUAL),
    "BETWEEN": _between,
    "IN": _in,
    "NOT IN": _not_in,
    "LIKE": _like("%", "%"),
    "NOT LIKE": _like("%", "%", Check.NOT_LIKE),
    "STARTSWITH": _like("", "%"),
    "ENDSWITH": _like("%", ""),
    "ISEMPTY": lambda place, _value, _context: Predicate(Check.EMPTY, place.path),
    "ISNOTEMPTY": lambda place, _value, _context: Predicate(Check.NOT_EMPTY, place.path),
    "ANYTHING": lambda _place, _value, _context: ALL,
    "INSTANCEOF": _instance_of,
    "VALCHANGES": _changes,
    "CHANGESFROM": _changes,
    "CHANGESTO": _changes,
}

"""What each operator means in SQL.

An operator is a function of the field and the value's text. It returns None where it says nothing of such a field;
the term is then dropped like one with an unknown operator. A value that the field cannot hold matches nothing.

Empty is NULL. ``!=``, NOT IN and NOT LIKE match empty fields; the others do not, except those that ask for them.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, false, func, or_, true

from ..dictionary.types import FieldType, Storage
from ..errors import QueryTooComplex
from ..store.columns import folded
from .sources import Operand, Sources
from .values import ImpossibleValue, read_text, read_value

Condition = ColumnElement[bool]
Operator = Callable[[Sources, Operand, str], Condition | None]
Comparison = Callable[[Any, Any], Condition]

NOT_EQUAL_MATCHES_EMPTY = True
"""General knowledge of the platform, unverified: a customer's capture may turn it."""

LONGEST_PATTERN = 10_000
"""SQLite refuses patterns over 50,000 bytes, and matching costs their length for each row."""


def comparable(operand: Operand) -> ColumnElement[Any]:
    """The column in the form that ``read_value`` compares with."""
    return folded(operand.column) if operand.storage is Storage.TEXT else operand.column


def wire_text(operand: Operand) -> ColumnElement[str] | None:
    """The column as the text that the wire shows, folded, for operators that look into it."""
    column = operand.column
    if operand.field.type is FieldType.DURATION or operand.storage is Storage.DECIMAL:
        return None
    if operand.storage is Storage.TEXT:
        return folded(column)
    if operand.storage is Storage.BOOLEAN:
        return case((column == true(), "true"), (column == false(), "false"))
    if operand.storage is Storage.DATE_TIME:
        return func.substr(cast(column, Text), 1, len("2020-01-31 10:20:30"))
    return cast(column, Text)


def _equal(_sources: Sources, operand: Operand, value: str) -> Condition:
    if value == "":
        return operand.column.is_(None)
    return comparable(operand) == read_value(operand.field, value)


def _not_equal(_sources: Sources, operand: Operand, value: str) -> Condition:
    if value == "":
        return operand.column.is_not(None)
    return _or_empty(operand, comparable(operand) != read_value(operand.field, value))


def _ordered(comparison: Comparison) -> Operator:
    """``<`` and its like; of a reference they compare the display value."""

    def compare(sources: Sources, operand: Operand, value: str) -> Condition:
        shown = sources.display(operand)
        return comparison(comparable(shown), read_value(shown.field, value))

    return compare


def _in(_sources: Sources, operand: Operand, value: str) -> Condition:
    return comparable(operand).in_(_listed(operand, value))


def _not_in(_sources: Sources, operand: Operand, value: str) -> Condition:
    if not value.strip(", "):
        return true()
    return _or_empty(operand, comparable(operand).not_in(_listed(operand, value)))


def _listed(operand: Operand, value: str) -> list[Any]:
    """The values of a list that the field can hold. Raises ImpossibleValue when there are none."""
    listed = []
    for part in value.split(","):
        try:
            if part.strip():
                listed.append(read_value(operand.field, part.strip()))
        except ImpossibleValue:
            continue
    if not listed:
        raise ImpossibleValue(value)
    return listed


def _like(before: str, after: str) -> Operator:
    """Text with anything before or after it; every character of the value stands for itself."""

    def like(sources: Sources, operand: Operand, value: str) -> Condition | None:
        shown = wire_text(sources.display(operand))
        return None if shown is None else shown.like(_pattern(before, value, after), escape="\\")

    return like


def _not_like(sources: Sources, operand: Operand, value: str) -> Condition | None:
    shown = sources.display(operand)
    text = wire_text(shown)
    if text is None:
        return None
    return _or_empty(shown, text.not_like(_pattern("%", value, "%"), escape="\\"))


def _pattern(before: str, value: str, after: str) -> str:
    if len(value) > LONGEST_PATTERN:
        raise QueryTooComplex(detail=f"A text to search for may have at most {LONGEST_PATTERN} characters.")
    text = read_text(value)
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return before + text + after


def _is_empty(_sources: Sources, operand: Operand, _value: str) -> Condition:
    return operand.column.is_(None)


def _is_not_empty(_sources: Sources, operand: Operand, _value: str) -> Condition:
    return operand.column.is_not(None)


def _anything(_sources: Sources, _operand: Operand, _value: str) -> Condition:
    return true()


def _instance_of(sources: Sources, operand: Operand, value: str) -> Condition | None:
    """Records of a class or of one that extends it (rest 3, meas)."""
    if operand.field.type is not FieldType.CLASS_NAME:
        return None
    if value not in sources.dictionary.tables:
        raise ImpossibleValue(value)
    return folded(operand.column).in_(sorted(sources.dictionary.descendants(value)))


def _or_empty(operand: Operand, condition: Condition) -> Condition:
    return or_(condition, operand.column.is_(None)) if NOT_EQUAL_MATCHES_EMPTY else condition


OPERATORS: Mapping[str, Operator] = {
    "=": _equal,
    "!=": _not_equal,
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    "IN": _in,
    "NOT IN": _not_in,
    "LIKE": _like("%", "%"),
    "NOT LIKE": _not_like,
    "STARTSWITH": _like("", "%"),
    "ENDSWITH": _like("%", ""),
    "ISEMPTY": _is_empty,
    "ISNOTEMPTY": _is_not_empty,
    "ANYTHING": _anything,
    "INSTANCEOF": _instance_of,
}
"""By canonical word."""

_ALIASES = {
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
        {**{word: word for word in OPERATORS}, **_ALIASES, **dict.fromkeys(_NOT_YET, "")}.items(),
        key=lambda item: -len(item[0]),
    )
)
"""Every way to write an operator, longest first, with its canonical word."""

LIST_OPERATORS = frozenset({"IN", "NOT IN"})

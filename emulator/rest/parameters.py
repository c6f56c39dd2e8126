"""The ``sysparm_`` parameters of the Table API (rest 2)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from ..errors import BadParameter
from . import assumptions
from .errors import bad_number

CREDENTIAL = "access_token"
"""A bearer token in the address says who asks, and filters nothing (platform 1.4, D)."""
LONGEST_KEPT = 2000
"""Characters: an address in a batch may have megabytes, which nobody would ever forget."""
PAGE = frozenset({"sysparm_limit", "sysparm_offset"})
DIGITS = re.compile(r"[0-9]+")


class DisplayValue(StrEnum):
    """What values are written as; clients also send ``True`` and ``False`` (rest 2, wire)."""

    FALSE = "false"
    TRUE = "true"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Parameters:
    """One request's parameters; names that are no ``sysparm_`` stand in ``filters``."""

    query: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    fields: tuple[str, ...] = ()
    """The names asked for, in their order; none means all."""
    limit: int = assumptions.DEFAULT_LIMIT.value
    offset: int = 0
    display_value: DisplayValue = DisplayValue.FALSE
    exclude_reference_link: bool = False
    no_count: bool = False
    suppress_pagination_header: bool = False
    input_display_value: bool = False
    suppress_auto_sys_field: bool = False
    view: str = ""


def read_parameters(pairs: Iterable[tuple[str, str]]) -> Parameters:
    """Read the pairs of a query string. Raises BadParameter; unknown names never do."""
    given = tuple(pair for pair in pairs if pair[0] != CREDENTIAL)
    is_long = sum(len(name) + len(value) for name, value in given) > LONGEST_KEPT
    return _read(given) if is_long else _kept(given)


@lru_cache(maxsize=256)
def _kept(pairs: tuple[tuple[str, str], ...]) -> Parameters:
    """A program asks for the same again and again. Kept are only readings, no credentials."""
    return _read(pairs)


def _read(pairs: tuple[tuple[str, str], ...]) -> Parameters:
    given: dict[str, str] = {}
    filters: list[tuple[str, str]] = []
    for name, value in pairs:
        _check_text(name, value)
        if name.startswith("sysparm_"):
            given.setdefault(name, value)
        else:
            filters.append((name, value))
    return Parameters(
        query=given.get("sysparm_query", ""),
        filters=() if given.get("sysparm_query") else tuple(filters),
        fields=_fields(given.get("sysparm_fields", "")),
        limit=_number(given, "sysparm_limit", assumptions.DEFAULT_LIMIT.value, assumptions.LARGEST_LIMIT.value),
        offset=_number(given, "sysparm_offset", 0, assumptions.LARGEST_OFFSET.value),
        display_value=_display_value(given.get("sysparm_display_value", "")),
        exclude_reference_link=_flag(given, "sysparm_exclude_reference_link"),
        no_count=_flag(given, "sysparm_no_count"),
        suppress_pagination_header=_flag(given, "sysparm_suppress_pagination_header"),
        input_display_value=_flag(given, "sysparm_input_display_value"),
        suppress_auto_sys_field=_flag(given, "sysparm_suppress_auto_sys_field"),
        view=given.get("sysparm_view", "").strip(),
    )


def _check_text(name: str, value: str) -> None:
    if "\0" in name or "\0" in value:
        raise BadParameter(detail="A parameter contains a NUL character.")


def _fields(text: str) -> tuple[str, ...]:
    names = (name.strip() for name in text.split(","))
    short = (name for name in names if name and name.count(".") <= assumptions.DEEPEST_FIELDS_PATH.value)
    return tuple(dict.fromkeys(short))[: assumptions.MOST_FIELDS.value]


def _number(given: Mapping[str, str], name: str, default: int, largest: int) -> int:
    text = given.get(name, "").strip()
    if not text:
        return default
    if not DIGITS.fullmatch(text):
        raise bad_number(name, text)
    digits = text.lstrip("0") or "0"
    return largest if len(digits) > len(str(largest)) else min(int(digits), largest)


def _display_value(text: str) -> DisplayValue:
    try:
        return DisplayValue(text.strip().lower())
    except ValueError:
        return DisplayValue.FALSE


def _flag(given: Mapping[str, str], name: str) -> bool:
    return given.get(name, "").strip().lower() == "true"

"""The terms about other records: RLQUERY, SUBQUERY and JOIN, each a field and other records' field that meet."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..dictionary.model import Dictionary
from .field_operators import FIELD_OPERATORS
from .held_roles import HELD, HOLDER, holder, is_wanted, role_query
from .nodes import EncodedQuery, Term
from .paths import Place, compared_place
from .predicates import Check
from .record_operators import HIERARCHY_OPERATORS, parent_element

_RELATED_LIST = re.compile(
    r"(?P<table>\w{1,80})\.(?P<other>[\w.]{1,200}),"
    r"(?:(?P<compare>>=|<=|!=|=|>|<)(?P<count>\d{1,9})|BETWEEN(?P<low>\d{1,9})@(?P<high>\d{1,9}))(?:,m2m)?",
    re.ASCII,
)
_SUBQUERY = re.compile(r"(?P<own>[\w.]{1,200}),(?P<other>[\w.]{1,200}),(?P<table>\w{1,80})", re.ASCII)
_JOIN = re.compile(r"(?P<from>\w{1,80})\.(?P<own>[\w.]{1,200})=(?P<table>\w{1,80})\.(?P<other>[\w.]{1,200})", re.ASCII)

_FORMS = {"RLQUERY": _RELATED_LIST, "SUBQUERY": _SUBQUERY, "JOIN": _JOIN}

_COUNTED = {
    ">=": ((Check.LESS, False), (Check.GREATER_OR_EQUAL, True)),
    ">": ((Check.GREATER, True), (Check.GREATER, True)),
    "<=": ((Check.GREATER, False), (Check.GREATER, False)),
    "<": ((Check.LESS, True), (Check.GREATER_OR_EQUAL, False)),
    "=": ((Check.GREATER, False), (Check.EQUAL, True)),
    "!=": ((Check.GREATER, True), (Check.EQUAL, False)),
}
"""By comparison, first with nothing and then with a number: what to look for, and whether it is wanted."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Other records that are asked about: the field of theirs that meets one of the record's own."""

    own: Place
    table: str
    other: Place
    counted: tuple[Check, ...] = ()
    """How many of them there have to be, or must not be, one check for each count; none is at least one."""
    counts: tuple[int, ...] = ()
    wanted: bool = True
    """Whether a record is meant that has so many, or one that has not."""


def enclosed_query(dictionary: Dictionary, table: str, term: Term) -> EncodedQuery | None:
    """What a term asks of other records; None when it asks of its own alone."""
    if term.query is None and holder(dictionary, table, term) is not None:
        return role_query(term)
    return term.query


def relation(dictionary: Dictionary, table: str, term: Term) -> Relation | None:
    """How a term relates other records to those of the query's table; None when it says nothing of them."""
    user = holder(dictionary, table, term)
    if user is not None:
        held_by = compared_place(dictionary, HELD, HOLDER)
        return Relation(user, HELD, held_by, wanted=is_wanted(term)) if held_by else None
    if term.operator not in _FORMS:
        return None
    match = _FORMS[term.operator].fullmatch(term.value.strip())
    if match is None or term.query is None or match["table"] not in dictionary.tables:
        return None
    given = match.groupdict()
    if given.get("from") and not dictionary.is_a(table, match["from"]):
        return None
    own = compared_place(dictionary, table, given.get("own") or "sys_id")
    other = compared_place(dictionary, match["table"], match["other"])
    if own is None or other is None or own.storage is not other.storage:
        return None
    counted, counts, wanted = _counted(given)
    return Relation(own, match["table"], other, counted, counts, wanted)


def asked_paths(dictionary: Dictionary, table: str, query: EncodedQuery) -> Iterator[str]:
    """Every path of its own table that a query asks about, whether or not it exists."""
    yield from query.paths
    for term in query.terms:
        if term.operator in FIELD_OPERATORS:
            yield term.value.partition("@")[0].strip()
        if term.operator in HIERARCHY_OPERATORS and (place := compared_place(dictionary, table, term.field)):
            yield f"{term.field}.{parent_element(place) or ''}"
    for found, _ in related_queries(dictionary, table, query):
        yield found.own.path


def related_queries(dictionary: Dictionary, table: str, query: EncodedQuery) -> Iterator[tuple[Relation, EncodedQuery]]:
    """What a query asks about other records, and how they are related."""
    for term in query.terms:
        asked = enclosed_query(dictionary, table, term)
        if asked is not None and (found := relation(dictionary, table, term)) is not None:
            yield found, asked


def _counted(given: Mapping[str, str | None]) -> tuple[tuple[Check, ...], tuple[int, ...], bool]:
    """Records without any are found by what those with some must not have: no SELECT counts what is not there."""
    if given.get("low") and given.get("high"):
        low, high = int(given["low"] or 0), int(given["high"] or 0)
        if low:
            return (Check.GREATER_OR_EQUAL, Check.LESS_OR_EQUAL), (low, high), True
        return (Check.GREATER,), (high,), False
    if not given.get("count"):
        return (), (), True
    count = int(given["count"] or 0)
    check, wanted = _COUNTED[given["compare"] or ""][bool(count)]
    return (check,), (count,), wanted

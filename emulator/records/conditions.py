"""The condition of a rule, asked of a record that is about to be written.

The predicates of an encoded query, answered from the draft's own values without a database; a dot-walk reads the
record it leads to. Three operators know what the record was before: VALCHANGES, CHANGESFROM and CHANGESTO (rest 4).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from ..dictionary.model import Dictionary
from ..query import parse
from ..query.context import QueryContext
from ..query.nodes import EncodedQuery, Term
from ..query.operators import CONTEXT_OPERATORS
from ..query.predicates import Check, Predicate
from ..query.resolver import Resolver
from ..store.collation import fold
from ..store.store import Native
from .row import raw_text

_CHANGE = re.compile(r"(?P<element>[a-z0-9_]+)(?P<kind>VALCHANGES|CHANGESFROM|CHANGESTO)(?P<value>.*)", re.DOTALL)


class Changing(Protocol):
    """A record with what it was and what it is to be."""

    def value_of(self, path: str) -> Native: ...

    def was(self, element: str) -> Native: ...

    def changes(self, element: str) -> bool: ...

    def matches_when_written(self, query: str) -> bool:
        """Ask the database, which has to be written to for that."""


@dataclass(frozen=True, slots=True)
class Change:
    """A term on how a field changes."""

    element: str
    kind: str
    value: str

    def holds(self, record: Changing) -> bool:
        if not record.changes(self.element):
            return False
        if self.kind == "CHANGESFROM":
            return fold(raw_text(record.was(self.element))) == fold(self.value)
        return self.kind == "VALCHANGES" or fold(raw_text(record.value_of(self.element))) == fold(self.value)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A term that a value alone can answer."""

    predicate: Predicate

    def holds(self, record: Changing) -> bool:
        check = self.predicate.check
        if check in {Check.ALL, Check.NONE}:
            return check is Check.ALL
        wanted = next(iter(self.predicate.values), None)
        return _CHECKS[check](record.value_of(self.predicate.path), wanted)


@dataclass(frozen=True, slots=True)
class InDatabase:
    """A term that only the database answers."""

    text: str

    def holds(self, record: Changing) -> bool:
        return record.matches_when_written(self.text)


Part = Change | Comparison | InDatabase


@dataclass(frozen=True, slots=True)
class Condition:
    """Alternatives of requirements of alternatives, as in the query it was made from."""

    groups: Sequence[Sequence[Sequence[Part]]]
    lasting: bool
    """Whether it means the same at any time and for any user."""

    def holds(self, record: Changing) -> bool:
        return not self.groups or any(
            all(any(part.holds(record) for part in clause) for clause in group) for group in self.groups
        )


def compile_condition(dictionary: Dictionary, table: str, text: str, context: QueryContext) -> Condition:
    """Compile an encoded query. A term that names what does not exist holds for no record."""
    resolver = Resolver(dictionary, table, context, unknown_matches_nothing=True)
    query = parse(text)
    groups = [[[_part(resolver, term) for term in clause] for clause in group] for group in query.groups]
    is_bound = "javascript:" in text or any(term.operator in CONTEXT_OPERATORS for term in query.terms)
    return Condition(groups, lasting=not is_bound)


def _part(resolver: Resolver, term: Term) -> Part:
    change = _CHANGE.fullmatch(term.text)
    if change is not None:
        return Change(change["element"], change["kind"], change["value"])
    resolved: Any = resolver.condition(EncodedQuery((((term,),),)))
    predicate = resolved[0][0][0]
    if isinstance(predicate, Predicate) and (predicate.check in _CHECKS or predicate.check in {Check.ALL, Check.NONE}):
        return Comparison(predicate)
    return InDatabase(str(term))


def _text(value: Native) -> str:
    return fold(raw_text(value))


def _comparable(value: Native) -> Any:
    return fold(value) if isinstance(value, str) else value


@lru_cache(maxsize=512)
def _pattern(like: str) -> re.Pattern[str]:
    """An SQL pattern with backslash escapes as a regular expression."""
    parts = re.findall(r"\\.|%|_|[^\\%_]+", like, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return re.compile("".join(wild.get(part) or re.escape(re.sub(r"\\(.)", r"\1", part)) for part in parts), re.DOTALL)


def _is_like(value: Native, pattern: str) -> bool:
    return value is not None and _pattern(pattern).fullmatch(_text(value)) is not None


def _is_other(value: Native, wanted: Sequence[Any]) -> bool:
    """Whether it is none of these; an empty field is so only where it stands for false."""
    if value is None:
        return any(isinstance(each, bool) for each in wanted)
    return _comparable(value) not in wanted


_CHECKS: Mapping[Check, Callable[[Native, Any], bool]] = {
    Check.EMPTY: lambda value, _: value is None or value == "",
    Check.NOT_EMPTY: lambda value, _: value is not None and value != "",
    Check.EQUAL: lambda value, wanted: value is not None and _comparable(value) == wanted,
    Check.NOT_EQUAL: lambda value, wanted: _is_other(value, [wanted]),
    Check.GREATER: lambda value, wanted: value is not None and _comparable(value) > wanted,
    Check.GREATER_OR_EQUAL: lambda value, wanted: value is not None and _comparable(value) >= wanted,
    Check.LESS: lambda value, wanted: value is not None and _comparable(value) < wanted,
    Check.LESS_OR_EQUAL: lambda value, wanted: value is not None and _comparable(value) <= wanted,
    Check.IN: lambda value, wanted: value is not None and _comparable(value) in wanted,
    Check.NOT_IN: _is_other,
    Check.LIKE: _is_like,
    Check.NOT_LIKE: lambda value, wanted: value is None or not _is_like(value, wanted),
}

"""From nodes to predicates: looks up fields, reads values, and remembers what a query asked for in vain."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..dictionary.model import Dictionary
from ..errors import QueryTooComplex
from .calls import resolve
from .context import QueryContext
from .nodes import EncodedQuery, OrderBy, Term
from .operators import OPERATORS
from .paths import compared_place, display_place
from .predicates import NONE, NOTHING, Check, Condition, Predicate
from .related import enclosed_query, relation
from .text_search import text_search
from .values import ImpossibleValue
from .words import TEXT_FIELDS

MOST_RELATED = 20
"""Terms about other records, enclosed ones and roles counted. PostgreSQL weighs each against each other before it looks
at any: of 40 for seconds, of 200 for minutes."""
MOST_ORDERS = 16
"""Further ones decide nothing that matters; and SQLite 3.40 dies (SIGSEGV) of 64 keys over joined tables."""


@dataclass
class Resolver:
    """Resolves queries on one table. ``dropped`` collects the terms and orders that say nothing of it."""

    dictionary: Dictionary
    table: str
    context: QueryContext
    unknown_matches_nothing: bool = False
    dropped: list[Term | OrderBy] = field(default_factory=list)
    related: list[Term] = field(default_factory=list)
    """The terms that ask about other records."""

    def condition(self, query: EncodedQuery) -> Condition:
        """Flat as the query is. A clause or group of which nothing is left says nothing, so it is left out."""
        groups = (tuple(clause for terms in group if (clause := tuple(self._known(terms)))) for group in query.groups)
        return tuple(group for group in groups if group)

    def orders(self, query: EncodedQuery) -> tuple[tuple[str, bool], ...]:
        """Paths and whether they descend; a second key of the same field never decides, so it is left out."""
        found: dict[str, bool] = {}
        for order in (*map(OrderBy, query.grouped_by), *query.orders):
            place = compared_place(self.dictionary, self.table, order.field)
            if place is None or len(found) >= MOST_ORDERS:
                self.dropped.append(order)
            else:
                found.setdefault(display_place(place).path, order.descending)
        return tuple(found.items())

    def _known(self, terms: Sequence[Term]) -> list[Predicate]:
        return [predicate for term in terms if (predicate := self._predicate(term)) is not None]

    def _predicate(self, term: Term) -> Predicate | None:
        try:
            found = self._read(term)
        except ImpossibleValue:
            return NONE
        if found is None:
            self.dropped.append(term)
            return NONE if self.unknown_matches_nothing else None
        return found

    def _read(self, term: Term) -> Predicate | None:
        query = enclosed_query(self.dictionary, self.table, term)
        if query is not None:
            return self._related(term, query)
        if term.field in TEXT_FIELDS:
            return text_search(self.dictionary, self.table, term, self.context)
        place = compared_place(self.dictionary, self.table, term.field) if term.operator in OPERATORS else None
        if place is None:
            return None
        return OPERATORS[term.operator](place, resolve(term.value, self.context, place.storage), self.context)

    def _related(self, term: Term, query: EncodedQuery) -> Predicate | None:
        found = relation(self.dictionary, self.table, term)
        if found is None:
            return None
        self.related.append(term)
        if len(self.related) > MOST_RELATED:
            raise QueryTooComplex(detail=f"A query may ask about related records at most {MOST_RELATED} times.")
        others = Resolver(
            self.dictionary,
            found.table,
            self.context,
            unknown_matches_nothing=self.unknown_matches_nothing,
            dropped=self.dropped,
            related=self.related,
        )
        known = len(self.dropped)
        condition = others.condition(query)
        if self.unknown_matches_nothing and len(self.dropped) > known:
            return NONE  # a record without such others would match
        check = Check.RELATED if found.wanted else Check.NOT_RELATED
        counted = (each.name for each in found.counted)
        other = (found.table, found.other.path, *counted)
        return Predicate(check, found.own.path, found.counts, other, condition)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A query on one table, and what restricts it."""

    condition: Condition
    restrictions: tuple[Condition, ...]
    orders: tuple[tuple[str, bool], ...]
    dropped: tuple[Term | OrderBy, ...]
    """What the query asked for in vain, each once."""


def resolve_query(
    dictionary: Dictionary,
    table: str,
    query: EncodedQuery,
    restrictions: Sequence[EncodedQuery],
    context: QueryContext,
) -> Resolved:
    """A restriction that names what does not exist holds for no record; for a query the context says what it does."""
    resolver = Resolver(dictionary, table, context)
    strict = Resolver(dictionary, table, context, unknown_matches_nothing=True)
    condition = resolver.condition(query)
    if context.invalid_returns_nothing and resolver.dropped:
        condition = NOTHING
    restricting = tuple(strict.condition(each) for each in restrictions)
    orders = resolver.orders(query)
    return Resolved(condition, restricting, orders, tuple(dict.fromkeys(resolver.dropped)))

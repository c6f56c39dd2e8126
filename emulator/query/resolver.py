"""From nodes to predicates: looks up fields, reads values, and remembers what a query asked for in vain."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..dictionary.model import Dictionary
from .context import QueryContext, resolve
from .nodes import EncodedQuery, OrderBy, Term
from .operators import OPERATORS
from .paths import compared_place, display_place
from .predicates import NONE, Condition, Predicate
from .values import ImpossibleValue

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

    def condition(self, query: EncodedQuery) -> Condition:
        """Flat as the query is. A clause or group of which nothing is left says nothing, so it is left out."""
        groups = (tuple(clause for terms in group if (clause := tuple(self._known(terms)))) for group in query.groups)
        return tuple(group for group in groups if group)

    def orders(self, query: EncodedQuery) -> tuple[tuple[str, bool], ...]:
        """Paths and whether they descend; a second key of the same field never decides, so it is left out."""
        found: dict[str, bool] = {}
        for order in query.orders:
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
        place = compared_place(self.dictionary, self.table, term.field) if term.operator else None
        if place is None:
            return None
        value = resolve(term.value, self.context)
        return NONE if value is None else OPERATORS[term.operator](place, value)

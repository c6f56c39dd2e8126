"""From the filter builder's form, as it was sent, to the encoded query that it stands for, and where that leads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from ..query import EncodedQuery, Term, parse
from ..query.parser import parse_term
from .breadcrumbs import Wording
from .filter_builder import NEW, OR
from .filter_operators import Entry, entry_of, operators_of
from .list_query import list_url
from .references import UnclearReference

EDITED = "sysparm_filter"
"""The query under construction; while it stands in a list's address, the builder is open."""
STEP = "filter.step"
ADD, RUN, REMOVE = "add", "run", "remove."
MEANS_EMPTY = frozenset({"=", "!="})
"""With no value these still say something."""

GetAll = Callable[[str], Sequence[str]]
"""From a parameter's name to its values, in the order of the form."""


@dataclass
class FilterInput:
    """What was sent: for each row its term as it was shown, how it joins, and what operator and value it has now."""

    wording: Wording
    given: GetAll
    unfinished: bool = field(default=False, init=False)
    """Whether an operator was chosen whose value is given in another way than the row had."""

    def next_url(self, query: EncodedQuery) -> str:
        """Where the button leads, from the list of ``query``: to the list of what was built, or to the builder."""
        step = next(iter(self.given(STEP)), RUN)
        terms = self._terms(step)
        if step == ADD:
            terms += self._added()
        if step == RUN and not self.unfinished:
            said = [(join, term) for join, term in terms if term.value or not self._needs_value(term)]
            return list_url(self.wording.table, replace(query, groups=joined(said).groups))
        return filter_url(self.wording.table, query, joined(terms))

    def _terms(self, step: str) -> list[tuple[str, Term]]:
        """The rows but for one to remove."""
        rows = zip(self.given("filter.join"), self.given("filter.term"), self.given("filter.operator"), strict=False)
        terms = []
        for number, (join, text, operator) in enumerate(rows):
            shown = next(parse(text).terms, None)
            if shown is None or step == f"{REMOVE}{number}":
                continue
            terms.append((join, self._changed(shown, operator, self.given(f"filter.value.{number}"))))
        return terms

    def _changed(self, shown: Term, operator: str, values: Sequence[str]) -> Term:
        known = self.wording.end_of(shown.field)
        if known is None or not operator or operator not in dict(operators_of(known)):
            return shown
        before, now = entry_of(known, shown.operator), entry_of(known, operator)
        if now is Entry.NOTHING:
            return parse_term(f"{shown.field}{operator}")
        if before is not now:
            self.unfinished = True
            if {before, now} != {Entry.CHOICE, Entry.CHOICES}:
                values = ()
        value = ",".join(values)[:4000].strip()
        if now is Entry.REFERENCE:
            value = self._record(shown, known.reference, value)
        return parse_term(f"{shown.field}{operator}{value}")

    def _record(self, shown: Term, table: str, text: str) -> str:
        """The record that a name means; what means none, or several, is compared as it was typed."""
        references = self.wording.references
        if not text or text.startswith("javascript:"):
            return text
        if references.display(table, shown.value) == text:
            return shown.value
        try:
            return references.resolve(table, text)
        except UnclearReference:
            return text

    def _added(self) -> list[tuple[str, Term]]:
        element, join = (next(iter(self.given(name)), "") for name in ("filter.field", "filter.add_join"))
        known = self.wording.dictionary.field(self.wording.table, element)
        return [(join, parse_term(f"{element}{operators_of(known)[0][0]}"))] if known else []

    def _needs_value(self, term: Term) -> bool:
        known = self.wording.end_of(term.field)
        if known is None or term.operator in MEANS_EMPTY or term.operator not in dict(operators_of(known)):
            return False
        return entry_of(known, term.operator) is not Entry.NOTHING


def joined(terms: Sequence[tuple[str, Term]]) -> EncodedQuery:
    """The query of these terms; the first begins it, however it says it joins."""
    groups: list[list[list[Term]]] = []
    for join, term in terms:
        if not groups or join == NEW:
            groups.append([[term]])
        elif join == OR:
            groups[-1][-1].append(term)
        else:
            groups[-1].append([term])
    return EncodedQuery(tuple(tuple(tuple(clause) for clause in group) for group in groups))


def filter_url(table: str, query: EncodedQuery, edited: EncodedQuery) -> str:
    """The list of ``query`` with the builder open at ``edited``."""
    parameters: Mapping[str, str] = {"sysparm_query": str(query), EDITED: str(edited)}
    return f"/{table}_list.do?{urlencode(parameters)}#filter"

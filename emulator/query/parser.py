"""From a query's text to its nodes. Every text is a query; only one with too much in it is refused."""

import re

from ..errors import QueryTooComplex
from .nodes import EncodedQuery, Group, OrderBy, Term
from .operators import LIST_OPERATORS, WORDS
from .tokens import BLANKS, Joint, tokens

MOST_TERMS = 500
MOST_LIST_VALUES = 1000

MOST_CHARACTERS = 2**18

_TERM = re.compile(
    rf"(?P<field>[a-z0-9_.]*)[\0-\x20]*(?P<operator>{'|'.join(map(re.escape, WORDS))}|)(?P<value>.*)",
    re.ASCII | re.DOTALL,
)
"""Always matches; WORDS has the longest operators first."""


def parse(text: str) -> EncodedQuery:
    """Raises QueryTooComplex for over 500 terms and orders, 1,000 values in lists, or 262,144 characters."""
    if len(text) > MOST_CHARACTERS:
        raise QueryTooComplex(detail=f"An encoded query may have at most {MOST_CHARACTERS} characters.")
    groups: list[list[list[Term]]] = [[]]
    orders: list[OrderBy] = []
    budget = _Budget()
    for token in tokens(text):
        if token.joint is Joint.NEW_QUERY:
            groups.append([])
            continue
        budget.take_term()
        if token.joint in {Joint.ORDER, Joint.ORDER_DESCENDING}:
            orders.append(OrderBy(token.text, descending=token.joint is Joint.ORDER_DESCENDING))
            continue
        term = parse_term(token.text)
        budget.take_values(term)
        if token.joint is Joint.OR and groups[-1]:
            groups[-1][-1].append(term)
        else:
            groups[-1].append([term])
    return EncodedQuery(tuple(_frozen(group) for group in groups if group), tuple(orders))


def parse_term(text: str) -> Term:
    """A name, an operator, and all the rest is the value."""
    text = text.lstrip(BLANKS)
    match = _TERM.fullmatch(text)
    if match is None:
        return Term("", "", text, text)
    return Term(match["field"], WORDS.get(match["operator"], ""), match["value"], text)


class _Budget:
    """How much more one query may hold."""

    def __init__(self) -> None:
        self._terms = MOST_TERMS
        self._values = MOST_LIST_VALUES

    def take_term(self) -> None:
        self._terms -= 1
        if self._terms < 0:
            raise QueryTooComplex(detail=f"An encoded query may have at most {MOST_TERMS} terms.")

    def take_values(self, term: Term) -> None:
        if term.operator in LIST_OPERATORS:
            self._values -= term.value.count(",") + 1
        if self._values < 0:
            raise QueryTooComplex(detail=f"An encoded query may list at most {MOST_LIST_VALUES} values.")


def _frozen(group: list[list[Term]]) -> Group:
    return tuple(tuple(clause) for clause in group)

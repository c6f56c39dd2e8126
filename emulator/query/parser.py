"""From a query's text to its nodes. Every text is a query; only one with too much in it is refused."""

import re
from functools import lru_cache

from ..errors import QueryTooComplex
from .nodes import EncodedQuery, Group, OrderBy, Term
from .tokens import BLANKS, ENCLOSING, JOINED, RELATED_LIST, Joint, tokens
from .words import LIST_OPERATORS, TEXT_FIELDS, WORDS

MOST_TERMS = 500
MOST_LIST_VALUES = 1000
MOST_LEVELS = 3
"""A query of related records within a query of related records within the query, and no further."""

MOST_CHARACTERS = 2**18
MOST_CHARACTERS_KEPT = 500
"""Programs ask the same short queries again and again."""
GO_TO = "GOTO"

_FIELD = "|".join([*TEXT_FIELDS, "[a-z0-9_.]*"])
_TERM = re.compile(
    rf"(?P<field>{_FIELD})[\0-\x20]*(?P<operator>{'|'.join(map(re.escape, WORDS))}|)(?P<value>.*)",
    re.ASCII | re.DOTALL,
)
"""Always matches; WORDS has the longest operators first."""
_CONDITIONED = re.compile(r"(?P<how>[^,]*,[^,]*(?:,m2m)?),(?!m2m\Z)(?P<condition>.+)", re.DOTALL)
"""``incident.problem_id,>=1,priority=1``: what is asked of the related records may stand there, too (documented)."""


def parse(text: str) -> EncodedQuery:
    """Raises QueryTooComplex for over 500 terms and orders, 1,000 values in lists, 262,144 characters, or 3 levels."""
    if len(text) <= MOST_CHARACTERS_KEPT:
        return _parse_kept(text)
    if len(text) > MOST_CHARACTERS:
        raise QueryTooComplex(detail=f"An encoded query may have at most {MOST_CHARACTERS} characters.")
    return _Parser().query(text, MOST_LEVELS)


@lru_cache(maxsize=500)
def _parse_kept(text: str) -> EncodedQuery:
    return _Parser().query(text, MOST_LEVELS)


def parse_term(text: str) -> Term:
    """A name, an operator, and all the rest is the value."""
    return _Parser().term(text, MOST_LEVELS)


class _Parser:
    """Reads one query with all that it encloses, which share what one query may hold."""

    def __init__(self) -> None:
        self._terms = MOST_TERMS
        self._values = MOST_LIST_VALUES

    def query(self, text: str, levels: int) -> EncodedQuery:
        if not levels:
            raise QueryTooComplex(detail=f"Queries of related records may be {MOST_LEVELS - 1} levels deep at most.")
        groups: list[list[list[Term]]] = [[]]
        orders: list[OrderBy] = []
        grouped_by: list[str] = []
        gone_to: list[OrderBy] = []
        for token in tokens(text):
            if token.joint is Joint.NEW_QUERY:
                groups.append([])
                continue
            self._take_term()
            if token.joint in {Joint.ORDER, Joint.ORDER_DESCENDING}:
                orders.append(OrderBy(token.text, descending=token.joint is Joint.ORDER_DESCENDING))
                continue
            if token.joint is Joint.GROUP:
                grouped_by.append(token.text)
                continue
            term = self.term(token.text, levels)
            if term.operator == ">=" and term.text.startswith(GO_TO):
                gone_to.append(OrderBy(term.field))
            if token.joint is Joint.OR and groups[-1]:
                groups[-1][-1].append(term)
            else:
                groups[-1].append([term])
        kept = tuple(_frozen(group) for group in groups if group)
        return EncodedQuery(kept, tuple(orders or gone_to), tuple(grouped_by))

    def term(self, text: str, levels: int) -> Term:
        text = text.lstrip(BLANKS)
        for word in (*ENCLOSING, JOINED):
            if text.startswith(word):
                return self._related(word, text, levels)
        match = _TERM.fullmatch(text.removeprefix(GO_TO).lstrip(BLANKS))
        assert match is not None
        operator = WORDS.get(match["operator"], "")
        if operator == "=" and text.startswith(GO_TO) and match["field"] not in TEXT_FIELDS:
            operator = ">="  # as in a list's *Go to*: the exact record comes first
        if operator in LIST_OPERATORS:
            self._take_values(match["value"].count(",") + 1)
        return Term(match["field"], operator, match["value"], text)

    def _related(self, word: str, text: str, levels: int) -> Term:
        """``value`` is what stands before the enclosed query: how the other records are related."""
        plain = text.removeprefix(word)
        if word == JOINED:
            how, mark, inside = plain.partition("!")
            return Term("", word, how, text, self.query(inside, levels - 1) if mark else None)
        how, _, inside = plain.removesuffix(f"^{ENCLOSING[word]}").partition("^")
        if word == RELATED_LIST and (match := _CONDITIONED.fullmatch(how.strip())):
            how, inside = match["how"], "^".join(filter(None, (match["condition"], inside)))
        return Term("", word, how, text, self.query(inside, levels - 1))

    def _take_term(self) -> None:
        self._terms -= 1
        if self._terms < 0:
            raise QueryTooComplex(detail=f"An encoded query may have at most {MOST_TERMS} terms.")

    def _take_values(self, count: int) -> None:
        self._values -= count
        if self._values < 0:
            raise QueryTooComplex(detail=f"An encoded query may list at most {MOST_LIST_VALUES} values.")


def _frozen(group: list[list[Term]]) -> Group:
    return tuple(tuple(clause) for clause in group)

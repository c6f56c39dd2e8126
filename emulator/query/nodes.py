"""A parsed query: flat, since nested booleans are what kills a process (style, trap 6).

A query is a union of groups (^NQ); a group is a sequence of clauses that must all hold (^); a clause is a sequence of
alternative terms (^OR). Only a term about related records (RLQUERY, SUBQUERY, JOIN) holds another query, a bounded
number of levels deep.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

CARET = "^"
RELATED = frozenset({"RLQUERY", "SUBQUERY", "JOIN"})


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison. ``operator`` is the canonical word, empty when the text holds none that is known."""

    field: str
    """A field, or a path of references to one. Empty when the text does not begin with a name."""
    operator: str
    value: str
    text: str
    """As it was written, without the doubling of carets."""
    query: EncodedQuery | None = None
    """What a term about related records asks of those."""

    @property
    def is_related(self) -> bool:
        """Whether it asks about other records."""
        return self.operator in RELATED

    def __str__(self) -> str:
        """A leading caret is kept apart by a blank, or it would pair with the one that separates terms."""
        return f"{' ' * self.text.startswith(CARET)}{literal(self.text)}"


@dataclass(frozen=True, slots=True)
class OrderBy:
    field: str
    descending: bool = False

    def __str__(self) -> str:
        return f"ORDERBY{'DESC' if self.descending else ''}{literal(self.field)}"


Clause = tuple[Term, ...]
Group = tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class EncodedQuery:
    """What the query's text says, whether or not such fields exist. ``str`` gives a text with the same meaning."""

    groups: tuple[Group, ...] = ()
    orders: tuple[OrderBy, ...] = ()
    grouped_by: tuple[str, ...] = ()
    """Fields whose equal values stand together (GROUPBY), before any order."""

    @property
    def terms(self) -> Iterator[Term]:
        return chain.from_iterable(chain.from_iterable(self.groups))

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path of its own table that the query filters, groups or orders by, each once."""
        ordering = (*self.grouped_by, *(order.field for order in self.orders))
        return tuple(dict.fromkeys([*(term.field for term in self.terms), *ordering]))

    def __str__(self) -> str:
        groups = "^NQ".join(map(_group, self.groups))
        grouping = (f"GROUPBY{literal(each)}" for each in self.grouped_by)
        return CARET.join(filter(None, [groups, *grouping, *map(str, self.orders)]))


def _group(group: Group) -> str:
    """Related records that begin a group stand apart, or the ^NQ before them would say no more than ^."""
    clauses = ("^OR".join(map(str, clause)) for clause in group)
    return f"{CARET * group[0][0].is_related}{CARET.join(clauses)}"


def literal(text: str) -> str:
    """The text as it is written inside an encoded query, where a single caret would end it."""
    return text.replace(CARET, CARET * 2)

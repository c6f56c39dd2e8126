"""The filter builder: an encoded query as rows of field, operator and value, for people to see and change.

Without scripts, so each button sends the whole form: what it holds is read back into an encoded query
(filter_input.py), which is run, or stands in the address of the same page as the query under construction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from ..dictionary.model import Field
from ..query import EncodedQuery, Term
from .breadcrumbs import Wording
from .filter_operators import Entry, Labelled, entry_of, operators_of, values_of
from .rights import Rights

AND, OR, NEW = "and", "or", "new"
JOINS: Labelled = ((AND, "AND"), (OR, "OR"), (NEW, "OR all of these"))
"""How a condition joins the one before it: ``^``, ``^OR`` and ``^NQ``."""


@dataclass(frozen=True, slots=True)
class FilterRow:
    """One condition. Without operators it is one that the builder can only keep or remove, in words."""

    number: int
    join: str
    """Empty for the first one."""
    text: str
    """The condition as an encoded query."""
    words: str
    label: str = ""
    operators: Labelled = ()
    operator: str = ""
    entry: Entry = Entry.NOTHING
    values: Sequence[str] = ()
    choices: Labelled = ()
    table: str = ""
    """The table that a reference points to."""

    @property
    def join_label(self) -> str:
        return dict(JOINS).get(self.join, "")

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""


@dataclass(frozen=True, slots=True)
class FilterBuilder:
    rows: Sequence[FilterRow]
    fields: Labelled
    """What a condition can be about."""
    encoded: str
    suggestions: Sequence[tuple[str, Sequence[str]]]
    """Names to choose from, by the table that a reference points to."""


def build_filter(wording: Wording, rights: Rights, edited: EncodedQuery) -> FilterBuilder:
    """The builder for the conditions of a query."""
    numbers = count()
    rows = [_row(wording, next(numbers), join, term) for join, term in joined_terms(edited)]
    tables = dict.fromkeys(row.table for row in rows if row.entry is Entry.REFERENCE)
    suggestions = [(table, wording.references.suggestions(table)) for table in tables]
    return FilterBuilder(rows, fields_to_filter(rights, wording.table), str(edited), suggestions)


def joined_terms(query: EncodedQuery) -> Iterator[tuple[str, Term]]:
    """Every term with how it joins the one before."""
    for group_number, group in enumerate(query.groups):
        for clause_number, clause in enumerate(group):
            for term_number, term in enumerate(clause):
                if term_number:
                    yield OR, term
                elif clause_number:
                    yield AND, term
                else:
                    yield (NEW if group_number else ""), term


def fields_to_filter(rights: Rights, table: str) -> Labelled:
    """The fields that the caller may read in every record, by label: a query that names others is refused."""
    fields = rights.snapshot.dictionary.fields(table)
    found = [
        (element, field.label)
        for element, field in fields.items()
        if field.can_be_shown and rights.may_read_field(table, element)
    ]
    return sorted(found, key=lambda each: each[1].lower())


def _row(wording: Wording, number: int, join: str, term: Term) -> FilterRow:
    field = wording.end_of(term.field)
    words = wording.term(term)
    if field is None or term.operator not in dict(operators_of(field)) or not field.can_be_shown:
        return FilterRow(number, join, str(term), words)
    entry = entry_of(field, term.operator)
    choices = values_of(wording.dictionary, wording.table, field) if entry in {Entry.CHOICE, Entry.CHOICES} else ()
    return FilterRow(
        number=number,
        join=join,
        text=str(term),
        words=words,
        label=wording.label(term.field),
        operators=operators_of(field),
        operator=term.operator,
        entry=entry,
        values=_values(wording, field, term, entry),
        choices=_with_present(choices, term, entry),
        table=field.reference,
    )


def _values(wording: Wording, field: Field, term: Term, entry: Entry) -> Sequence[str]:
    if entry is Entry.CHOICES:
        return [each.strip() for each in term.value.split(",") if each.strip()]
    if entry is Entry.REFERENCE:
        return [wording.references.display(field.reference, term.value)]
    return [term.value]


def _with_present(choices: Labelled, term: Term, entry: Entry) -> Labelled:
    """The choices with what the query names beside them."""
    if entry not in {Entry.CHOICE, Entry.CHOICES}:
        return ()
    named = term.value.split(",") if entry is Entry.CHOICES else [term.value]
    known = {value for value, _label in choices}
    others = [(each, each.partition("@")[0]) for each in map(str.strip, named) if each and each not in known]
    nothing = [] if entry is Entry.CHOICES else [("", "-- None --")]
    return [*nothing, *choices, *others]

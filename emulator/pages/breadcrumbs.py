"""A list's query in words, step by step, each with the way back to it and a way to drop it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ..dictionary.model import Dictionary, Field
from ..dictionary.types import FieldType, Storage
from ..query import EncodedQuery, Term
from ..query.nodes import Clause
from ..query.paths import field_at
from ..query.value_operators import NOTHING
from .list_query import list_url
from .references import References

WORDS = {
    "=": "=",
    "!=": "!=",
    ">": ">",
    ">=": ">=",
    "<": "<",
    "<=": "<=",
    "IN": "is one of",
    "NOT IN": "is not one of",
    "LIKE": "contains",
    "NOT LIKE": "does not contain",
    "STARTSWITH": "starts with",
    "ENDSWITH": "ends with",
    "ISEMPTY": "is empty",
    "ISNOTEMPTY": "is not empty",
    "ANYTHING": "is anything",
    "INSTANCEOF": "is a",
    "BETWEEN": "is between",
    "DYNAMIC": "is (dynamic)",
    "IN_HIERARCHY": "is in the hierarchy of",
    "IN_HIERARCHY_DYNAMIC": "is in the hierarchy of (dynamic)",
    "SAMEAS": "is the same as",
    "NSAMEAS": "is different from",
    "GT_FIELD": "is greater than field",
    "LT_FIELD": "is less than field",
    "GT_OR_EQUALS_FIELD": "is greater than or is field",
    "LT_OR_EQUALS_FIELD": "is less than or is field",
    "MORETHAN": "is more than",
    "LESSTHAN": "is less than",
    "ON": "on",
    "NOTON": "not on",
    "DATEPART": "trend",
    "RELATIVEGT": "after",
    "RELATIVEGE": "on or after",
    "RELATIVELT": "before",
    "RELATIVELE": "on or before",
    "RELATIVEEE": "on",
    "VALCHANGES": "changes",
    "CHANGESFROM": "changes from",
    "CHANGESTO": "changes to",
}
WITHOUT_VALUE = frozenset({"ISEMPTY", "ISNOTEMPTY", "ANYTHING", "VALCHANGES"})
LABELLED = frozenset({"ON", "NOTON", "DATEPART"})
"""Their value begins with a label for people, before the first ``@``."""
LISTS = frozenset({"IN", "NOT IN"})
MACROS = {"javascript:gs.getUserID()": "me", "javascript:gs.getUserName()": "my user ID"}


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step. ``url`` leads to the list as it is up to here, ``without`` to the list without this condition."""

    text: str
    url: str
    without: str = ""


@dataclass
class Wording:
    """Puts conditions into words: labels for fields, choices and referenced records."""

    dictionary: Dictionary
    references: References
    table: str
    _known: dict[str, Field | None] = field(default_factory=dict)

    def clause(self, clause: Clause) -> str:
        return " or ".join(self.term(term) for term in clause)

    def term(self, term: Term) -> str:
        """``Priority = 1 - Critical``; what is not understood stays as it was written."""
        found = self.end_of(term.field)
        if found is None or term.operator not in WORDS:
            return term.text
        words = f"{self.label(term.field)} {WORDS[term.operator]}"
        return words if term.operator in WITHOUT_VALUE else f"{words} {self._value(found, term)}"

    def _value(self, known: Field, term: Term) -> str:
        if term.value == "" or (term.operator in {"=", "!="} and term.value in NOTHING):
            return "(empty)"
        if term.operator in LABELLED:
            return term.value.partition("@")[0]
        if term.operator in LISTS:
            return ", ".join(self._one_value(known, each.strip()) for each in term.value.split(","))
        return self._one_value(known, term.value)

    def _one_value(self, known: Field, value: str) -> str:
        if value in MACROS:
            return MACROS[value]
        if known.type is FieldType.REFERENCE:
            return self.references.display(known.reference, value)
        if known.type is FieldType.CLASS_NAME and value in self.dictionary.tables:
            return self.dictionary.table(value).label
        if known.type.storage is Storage.BOOLEAN:
            return {"1": "true", "0": "false"}.get(value, value)
        return known.choice_label(value)

    def label(self, path: str) -> str:
        """``Caller.Name`` for ``caller_id.name``."""
        steps = path.split(".")
        labels = [self.end_of(".".join(steps[: count + 1])) for count in range(len(steps))]
        return ".".join(each.label for each in labels if each)

    def end_of(self, path: str) -> Field | None:
        """The field at the end of a path of references."""
        if path not in self._known:
            self._known[path] = field_at(self.dictionary, self.table, path.split("."))
        return self._known[path]


def breadcrumbs(wording: Wording, query: EncodedQuery) -> Sequence[Crumb]:
    """``All``, then a step for each condition, in the order of the query."""
    return [Crumb("All", list_url(wording.table, replace(query, groups=()))), *_steps(wording, query)]


def _steps(wording: Wording, query: EncodedQuery) -> Iterator[Crumb]:
    for number, group in enumerate(query.groups):
        for place, clause in enumerate(group):
            here = replace(query, groups=(*query.groups[:number], group[: place + 1]))
            shorter = (*group[:place], *group[place + 1 :])
            left = (*query.groups[:number], *((shorter,) if shorter else ()), *query.groups[number + 1 :])
            words = wording.clause(clause)
            yield Crumb(
                f"or all with {words}" if number and not place else words,
                list_url(wording.table, here),
                list_url(wording.table, replace(query, groups=left)),
            )

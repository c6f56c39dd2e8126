"""``123TEXTQUERY321=words``: a plain rule in place of a search engine's index.

Each word has to stand somewhere in the record's own text fields: in any of them, and not in the same one.
"""

from ..dictionary.model import Dictionary, Field
from ..dictionary.types import FieldType
from ..errors import QueryTooComplex
from .context import QueryContext
from .nodes import Term
from .predicates import ALL, NONE, Check, Predicate
from .value_operators import literal
from .words import TEXT_GROUP

MOST_WORDS = 20

SEARCHED = frozenset(
    {FieldType.STRING, FieldType.TRANSLATED, FieldType.HTML, FieldType.URL, FieldType.EMAIL, FieldType.PHONE}
)
"""Choices, references, journals, numbers and times are not searched, nor what the platform itself keeps (sys_…)."""


def text_search(dictionary: Dictionary, table: str, term: Term, context: QueryContext) -> Predicate | None:
    """Raises QueryTooComplex for over 20 words, ImpossibleValue for what no text can hold."""
    if term.operator != "=":
        return None
    if term.field == TEXT_GROUP:
        return ALL  # it names an index to search in, and the words stand elsewhere
    words = term.value.split()
    if len(words) > MOST_WORDS:
        raise QueryTooComplex(detail=f"A text search may have at most {MOST_WORDS} words.")
    fields = dictionary.fields(table).values()
    paths = [each.element for each in fields if _is_searched(each) and context.is_searchable(table, each.element)]
    if not words or not paths:
        return NONE if words else ALL
    return Predicate(Check.TEXT, paths[0], tuple(f"%{literal(word)}%" for word in words), tuple(paths[1:]))


def _is_searched(field: Field) -> bool:
    return field.type in SEARCHED and not field.choices and not field.element.startswith("sys_")

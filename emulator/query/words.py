"""How operators are written; operators.py has what each means."""

from collections.abc import Mapping

CANONICAL = (
    "=",
    "!=",
    ">",
    ">=",
    "<",
    "<=",
    "IN",
    "NOT IN",
    "LIKE",
    "NOT LIKE",
    "STARTSWITH",
    "ENDSWITH",
    "ISEMPTY",
    "ISNOTEMPTY",
    "ANYTHING",
    "BETWEEN",
    "INSTANCEOF",
    "DYNAMIC",
    "IN_HIERARCHY",
    "IN_HIERARCHY_DYNAMIC",
    "SAMEAS",
    "NSAMEAS",
    "GT_FIELD",
    "LT_FIELD",
    "GT_OR_EQUALS_FIELD",
    "LT_OR_EQUALS_FIELD",
    "MORETHAN",
    "LESSTHAN",
    "ON",
    "NOTON",
    "DATEPART",
    "RELATIVEGT",
    "RELATIVEGE",
    "RELATIVELT",
    "RELATIVELE",
    "RELATIVEEE",
    "VALCHANGES",
    "CHANGESFROM",
    "CHANGESTO",
)

ALIASES = {
    "CONTAINS": "LIKE",
    "*": "LIKE",
    "DOES NOT CONTAIN": "NOT LIKE",
    "!*": "NOT LIKE",
    "%": "ENDSWITH",
    "EMPTYSTRING": "ISEMPTY",
}

WORDS: Mapping[str, str] = dict(
    sorted({**{word: word for word in CANONICAL}, **ALIASES}.items(), key=lambda item: -len(item[0]))
)
"""Every way to write an operator, longest first, with its canonical word."""

LIST_OPERATORS = frozenset({"IN", "NOT IN"})

TEXT_QUERY = "123TEXTQUERY321"
TEXT_GROUP = "123TEXTINDEXGROUP321"
TEXT_FIELDS = (TEXT_QUERY, TEXT_GROUP)
"""No fields of any table: what a text search is written as."""

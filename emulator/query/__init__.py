"""The encoded query: text → tokens → flat nodes → SQL with bound parameters. README.md holds the grammar."""

from .aggregates import Aggregate, Function, Grouping, GroupOrder, Having, select_aggregates
from .context import QueryContext
from .narrowing import narrowed, narrowed_by
from .nodes import EncodedQuery, OrderBy, Term, literal
from .parser import parse
from .selection import Selection, select_record, select_records

__all__ = [
    "Aggregate",
    "EncodedQuery",
    "Function",
    "GroupOrder",
    "Grouping",
    "Having",
    "OrderBy",
    "QueryContext",
    "Selection",
    "Term",
    "literal",
    "narrowed",
    "narrowed_by",
    "parse",
    "select_aggregates",
    "select_record",
    "select_records",
]

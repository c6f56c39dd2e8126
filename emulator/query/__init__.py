"""The encoded query: text → tokens → flat nodes → SQL with bound parameters. README.md holds the grammar."""

from .context import QueryContext
from .nodes import EncodedQuery, OrderBy, Term
from .parser import parse
from .selection import Selection, select_records

__all__ = ["EncodedQuery", "OrderBy", "QueryContext", "Selection", "Term", "parse", "select_records"]

"""Conditions in brackets, so that many beside each other make no deep tree."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

WIDEST = 25
Sql = ColumnElement[bool]


class bracketed(FunctionElement[Any]):  # noqa: N801 - reads as the SQL function it is
    """A condition in brackets that stay: SQLAlchemy takes its own off where the same word stands around them.

    It has no type, since a truth value is compared with 1 in SQLite, which no index would serve.
    """

    inherit_cache = True
    name = "bracketed"


@compiles(bracketed)
def _bracketed(element: bracketed, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(next(iter(element.clauses)), **kw)})"


def joined(join: Callable[..., Sql], parts: Sequence[Sql]) -> Sql:
    """The parts as one condition, over 25 of them in brackets, so many in each.

    SQLite makes a tree of them that is as deep as they are many, counts the trees of a SELECT and of those around it
    together, and refuses a depth over 1,000.
    """
    if len(parts) <= WIDEST:
        return join(*parts)
    return join(*(bracketed(join(*parts[first : first + WIDEST])) for first in range(0, len(parts), WIDEST)))

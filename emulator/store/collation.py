"""The one collation that all databases share.

Text is compared folded: A to Z are a to z, and nothing else is folded. SQLite columns are declared ``COLLATE NOCASE``,
which does just that; on PostgreSQL it is ``lower(x)`` under the collation "C", with indexes on the same expression.
"""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

FOLDING = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def fold(text: str) -> str:
    """Fold a value as the databases fold columns."""
    return text.translate(FOLDING)


class _OfColumn(FunctionElement[Any]):
    """SQL around one column that differs between databases."""

    inherit_cache = True


class folded(_OfColumn):  # noqa: N801 - reads as the SQL function it is
    """A text column as it is compared. Compare it with folded values only."""

    inherit_cache = True
    type = Text()
    name = "folded"


class folded_result(_OfColumn):  # noqa: N801 - likewise
    """What an expression over text gives, as it is ordered; an expression does not bear its column's collation."""

    inherit_cache = True
    type = Text()
    name = "folded_result"


class code_points(_OfColumn):  # noqa: N801 - likewise
    """A text column by code point, which decides between values that fold alike."""

    inherit_cache = True
    type = Text()
    name = "code_points"


class index_key(_OfColumn):  # noqa: N801 - likewise
    """A column as a key of an index that serves comparisons and orders, empty values first."""

    inherit_cache = True
    name = "index_key"


@compiles(folded)
def _folded(element: folded, compiler: SQLCompiler, **kw: Any) -> str:
    return f'lower({_inner(element, compiler, **kw)} COLLATE "C")'


@compiles(folded, "sqlite")
def _folded_sqlite(element: folded, compiler: SQLCompiler, **kw: Any) -> str:
    return _inner(element, compiler, **kw)


@compiles(folded_result)
def _folded_result(element: folded_result, compiler: SQLCompiler, **kw: Any) -> str:
    return f'lower({_inner(element, compiler, **kw)} COLLATE "C")'


@compiles(folded_result, "sqlite")
def _folded_result_sqlite(element: folded_result, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{_inner(element, compiler, **kw)} COLLATE NOCASE"


@compiles(code_points)
def _code_points(element: code_points, compiler: SQLCompiler, **kw: Any) -> str:
    return f'{_inner(element, compiler, **kw)} COLLATE "C"'


@compiles(code_points, "sqlite")
def _code_points_sqlite(element: code_points, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{_inner(element, compiler, **kw)} COLLATE BINARY"


@compiles(index_key)
def _index_key(element: index_key, compiler: SQLCompiler, **kw: Any) -> str:
    inner = _inner(element, compiler, **kw)
    is_text = isinstance(next(iter(element.clauses)).type, Text)
    return f'lower({inner} COLLATE "C") NULLS FIRST' if is_text else f"{inner} NULLS FIRST"


@compiles(index_key, "sqlite")
def _index_key_sqlite(element: index_key, compiler: SQLCompiler, **kw: Any) -> str:
    return _inner(element, compiler, **kw)


def _inner(element: _OfColumn, compiler: SQLCompiler, **kw: Any) -> str:
    column: ColumnElement[Any] = next(iter(element.clauses))
    return compiler.process(column, **kw)

"""How values lie in SQL: types per storage, and the one collation that all databases share.

Text is compared folded: A to Z are a to z, and nothing else is folded. SQLite columns are declared ``COLLATE NOCASE``,
which does just that; on PostgreSQL it is ``lower(x)`` under the collation "C", with indexes on the same expression.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, Dialect, Float, Numeric, Text, TypeDecorator
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from ...shared.column_types import UtcDateTime
from ..dictionary.types import Storage

FOLDING = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def fold(text: str) -> str:
    """Fold a value as the databases fold columns."""
    return text.translate(FOLDING)


class WholeSecond(UtcDateTime):
    """A moment to the second: records hold no fractions of one."""

    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return super().process_bind_param(value and value.replace(microsecond=0), dialect)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal number; a float in SQLite, which has no exact one (so 15 digits hold)."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Float())
        return dialect.type_descriptor(Numeric(38, 10))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return float(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return None if value is None else Decimal(str(value)).normalize()


TEXT = Text().with_variant(Text(collation="NOCASE"), "sqlite").with_variant(Text(collation="C"), "postgresql")

SQL_TYPES: dict[Storage, TypeEngine[Any]] = {
    Storage.TEXT: TEXT,
    Storage.INTEGER: BigInteger(),
    Storage.BOOLEAN: Boolean(),
    Storage.DATE: Date(),
    Storage.DATE_TIME: WholeSecond(),
    Storage.DECIMAL: ExactDecimal(),
}


EXACT: Mapping[Storage, type] = {
    Storage.TEXT: str,
    Storage.INTEGER: int,
    Storage.BOOLEAN: bool,
    Storage.DATE: date,
    Storage.DATE_TIME: datetime,
}
"""The types whose values every database gives back as they were written, as far as ``comes_back`` says so."""


def comes_back(kind: type | None, value: object) -> bool:
    """Whether a filled value that is written where ``kind`` is exact is read again as the very same."""
    if type(value) is not kind:
        return False
    if isinstance(value, datetime):
        return value.tzinfo is UTC and not value.microsecond
    return value != ""


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

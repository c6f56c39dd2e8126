"""How values lie in SQL: a type for each storage."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, Dialect, Float, Numeric, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

from ...shared.column_types import UtcDateTime
from ..dictionary.types import Storage


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

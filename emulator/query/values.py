"""From the text of a term's value to what a field of that type could hold."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from ...shared.text import can_be_kept
from ..dictionary.model import Field
from ..dictionary.types import FieldType, Storage
from ..store.collation import fold
from ..store.store import Native

LARGEST_INTEGER = 2**63 - 1

_INTEGER = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?", re.ASCII)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}:\d{2}))?", re.ASCII)
_TRUTH = {"true": True, "1": True, "false": False, "0": False}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ImpossibleValue(Exception):
    """No record's field can have this value, so no record matches (rest 4, meas)."""


def read_value(field: Field, text: str) -> Native:
    """The value as it compares with the field's column; text comes folded. Raises ImpossibleValue."""
    if field.type.storage is Storage.TEXT:
        return read_text(text)
    if field.type is FieldType.DURATION and _MOMENT.fullmatch(text.strip()):
        return int((_moment(text) - _EPOCH).total_seconds())
    return _READERS[field.type.storage](text.strip())


def read_text(text: str) -> str:
    """Text that a database can hold, folded. Raises ImpossibleValue for NUL and half surrogate pairs."""
    if not can_be_kept(text):
        raise ImpossibleValue(text)
    return fold(text)


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text) or abs(int(text)) > LARGEST_INTEGER:
        raise ImpossibleValue(text)
    return int(text)


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise ImpossibleValue(text)
    return Decimal(text)


def _boolean(text: str) -> bool:
    try:
        return _TRUTH[fold(text)]
    except KeyError:
        raise ImpossibleValue(text) from None


def _moment(text: str) -> datetime:
    """UTC; a bare date is its midnight."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise ImpossibleValue(text)
    try:
        return datetime.fromisoformat(f"{match[1]} {match[2] or '00:00:00'}").replace(tzinfo=UTC)
    except ValueError:
        raise ImpossibleValue(text) from None


def _date(text: str) -> date:
    return _moment(text).date()


_READERS: Mapping[Storage, Callable[[str], Native]] = {
    Storage.INTEGER: _integer,
    Storage.DECIMAL: _decimal,
    Storage.BOOLEAN: _boolean,
    Storage.DATE: _date,
    Storage.DATE_TIME: _moment,
}

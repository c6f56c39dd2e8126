"""From what a writer gives to what a field holds.

The platform is lenient: what cannot be a value of the field is dropped, not refused (platform 2.4, C). Only text that
no database may hold is refused.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal

from ...shared.ids import SYS_ID
from ...shared.text import what_cannot_be_kept
from ...shared.time_style import IN_UTC, TimeStyle
from ..dictionary.model import Field
from ..dictionary.types import FieldType, Storage
from ..errors import RequestUnreadable
from ..store.store import Native
from .durations import read_duration
from .row import written

INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+")
"""An integer as it is displayed."""
LARGEST_INTEGER = 2**31 - 1
DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
DIGITS, PLACES = Context(prec=15), 10
"""As many as both databases keep; a fraction is rounded to them (ours)."""
DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})( [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})?")
LONGEST_TEXT = 65_536


class Unfit(Exception):
    """The given value cannot be a value of the field; the argument says why."""


@dataclass(frozen=True, slots=True)
class Input:
    """How given values are to be read: raw, or as the user displays them (``sysparm_input_display_value``)."""

    display: bool = False
    style: TimeStyle = IN_UTC
    auto_sys_fields: bool = True
    """Whether the instance fills the fields that tell who wrote a record and when, as GlideRecord's autoSysFields."""


def coerce(field: Field, given: object, how: Input, resolve: Callable[[str, str], str | None]) -> Native:
    """Return the value to store. Raises Unfit, or RequestUnreadable for NUL bytes and lone surrogates.

    ``resolve`` finds the sys_id of a table's record by its display value.
    """
    text = _text(given)
    if text == "":
        return None
    if field.type is FieldType.REFERENCE:
        return _reference(field, text, resolve)
    if field.type is FieldType.LIST and field.reference and how.display:
        text = _list(field, text, resolve)
    if field.choices:
        text = _choice(field, text, how)
    if field.type is FieldType.DURATION:
        return _duration(text)
    if field.type.storage is Storage.TEXT:
        return text[: min(max(field.max_length, 1), LONGEST_TEXT)]
    return _PARSERS[field.type.storage](text, how)


def _text(given: object) -> str:
    if given is None:
        return ""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, datetime):
        return written(given.astimezone(UTC))
    if isinstance(given, dict):  # the form that the API itself answers with for a reference
        return _text(given.get("value", given.get("display_value")))
    if isinstance(given, list | tuple):
        return ",".join(_text(each) for each in given)
    text = str(given)
    impossible = what_cannot_be_kept(text)
    if impossible:
        raise RequestUnreadable(detail=f"A value contains {impossible}.")
    return text


def _reference(field: Field, text: str, resolve: Callable[[str, str], str | None]) -> str:
    """A sys_id is kept as it is, existing or not; another text is looked up by display value (rest 4)."""
    if SYS_ID.fullmatch(text):
        return text
    return resolve(field.reference, text) or text[:32]


def _list(field: Field, text: str, resolve: Callable[[str, str], str | None]) -> str:
    """Names become sys_ids; what names no record, such as an e-mail address, stays."""
    pieces = (piece.strip() for piece in text.split(","))
    return ",".join(
        piece if SYS_ID.fullmatch(piece) else resolve(field.reference, piece) or piece for piece in pieces if piece
    )


def _duration(text: str) -> int:
    try:
        return read_duration(text)
    except ValueError:
        raise Unfit(f"{text[:40]!r} is not a duration") from None


def _choice(field: Field, text: str, how: Input) -> str:
    if any(choice.value == text for choice in field.choices):
        return text
    value = field.choice_called(text) if how.display else None
    if value is not None:
        return value
    raise Unfit(f"{text[:40]!r} is not a choice of {field.element}")


def _integer(text: str, how: Input) -> int:
    if how.display and GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not INTEGER.fullmatch(text) or abs(int(text)) > LARGEST_INTEGER:
        raise Unfit(f"{text[:40]!r} is not an integer")
    return int(text)


def _decimal(text: str, _how: Input) -> Decimal:
    if not DECIMAL.fullmatch(text):
        raise Unfit(f"{text[:40]!r} is not a number")
    number = DIGITS.create_decimal(text)
    if abs(number) >= Decimal(10) ** 13:
        raise Unfit(f"{text[:40]!r} is not a number that a field can hold")
    return round(number, PLACES).normalize()


def _boolean(text: str, _how: Input) -> bool:
    """``true`` and ``1`` are true, everything else is false (G)."""
    return text.strip().lower() in {"true", "1"}


def _date(text: str, how: Input) -> date:
    """Of a date and time its day."""
    try:
        if how.display:
            return how.style.read_date(text)
        day = DAY.fullmatch(text)
        return date.fromisoformat(day[1] if day else "")
    except ValueError:
        raise Unfit(f"{text[:40]!r} is not a date") from None


def _date_time(text: str, how: Input) -> datetime:
    """Raw times are UTC, displayed ones in the user's zone and format; a bare date is its midnight (rest 3)."""
    padded = f"{text} 00:00:00" if len(text) == len("2020-01-31") else text
    try:
        if how.display:
            return how.style.read(text)
        return datetime.strptime(padded, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Unfit(f"{text[:40]!r} is not a date and time") from None


_PARSERS: dict[Storage, Callable[[str, Input], Native]] = {
    Storage.INTEGER: _integer,
    Storage.DECIMAL: _decimal,
    Storage.BOOLEAN: _boolean,
    Storage.DATE: _date,
    Storage.DATE_TIME: _date_time,
    Storage.VIRTUAL: lambda text, _how: text[:LONGEST_TEXT],
}

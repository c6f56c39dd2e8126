"""Values as the Change Management API writes them (rest 8, D): pairs, with numbers and booleans of JSON."""

from collections.abc import Mapping, Sequence

from ...shared.time_style import TimeStyle
from ..dictionary.types import Storage
from ..records.row import FieldValue, Row
from . import assumptions

Rendered = Mapping[str, object]


def render_change(row: Row) -> dict[str, object]:
    """Every field as ``{display_value, value}``; a moment has its ``display_value_internal`` as well."""
    return {element: _pair(element, value, row.style) for element, value in row.values.items()}


def with_meta(row: Row, ignored: Sequence[str]) -> dict[str, object]:
    """A written record, and which of the given fields it has not."""
    return {**render_change(row), "__meta": {"ignoredFields": list(ignored)}}


def _pair(element: str, value: FieldValue, style: TimeStyle) -> Rendered:
    shown = value.display(style)
    is_text = element in assumptions.CHANGE_TEXTS.value
    pair: dict[str, object] = {"display_value": shown, "value": value.value if is_text else _raw(value)}
    if value.field.type.storage in {Storage.DATE, Storage.DATE_TIME}:
        pair["display_value_internal"] = _internal(value, style)
    return pair


def _internal(value: FieldValue, style: TimeStyle) -> str:
    """The moment in the user's zone and in the platform's own format, whatever the user's is (recorded, F)."""
    return "" if value.native is None else value.display(TimeStyle(style.zone))


def _raw(value: FieldValue) -> object:
    if isinstance(value.native, bool):
        return value.native
    if (
        isinstance(value.native, int)
        and value.field.type.storage is Storage.INTEGER
        and value.value.lstrip("-").isdigit()
    ):
        return value.native
    return value.value

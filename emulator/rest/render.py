"""Rows as JSON values (rest 3). Knows no Flask: what it needs of the request comes in as ``Form``."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...shared.time_style import TimeStyle
from ..dictionary.types import FieldType
from ..records.row import FieldValue, Row
from . import assumptions
from .parameters import DisplayValue

Rendered = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """How the caller wants values written. ``links`` is the address that reference links begin with."""

    links: str
    fields: tuple[str, ...] = ()
    display_value: DisplayValue = DisplayValue.FALSE
    exclude_reference_link: bool = False


def render(row: Row, form: Form) -> dict[str, Rendered]:
    """The row with its keys in the order asked for; what is unknown or hidden is absent (rest 2)."""
    if form.display_value is DisplayValue.FALSE:
        return _plain(row, form)
    values = row.values
    names = form.fields or tuple(values)
    return {name: _value(values[name], row.style, form) for name in names if name in values}


def _plain(row: Row, form: Form) -> dict[str, Rendered]:
    """What nearly every answer consists of, written without a detour."""
    rendered: dict[str, Rendered] = {}
    natives, with_links = row.natives, not form.exclude_reference_link
    for name, write, reference in row.columns.written(form.fields):
        native = natives.get(name)
        if native is None:
            rendered[name] = ""
        elif reference and with_links:
            rendered[name] = {"link": f"{form.links}/{reference}/{native}", "value": str(native)}
        else:
            rendered[name] = write(native)
    return rendered


def _value(value: FieldValue, style: TimeStyle, form: Form) -> Rendered:
    if value.reference:
        return _reference(value, style, form)
    if form.display_value is DisplayValue.TRUE:
        return value.display(style)
    if not value.value and value.field.type is FieldType.REFERENCE:
        return assumptions.EMPTY_REFERENCE_IN_ALL.value
    return {"display_value": value.display(style), "value": value.value}


def _reference(value: FieldValue, style: TimeStyle, form: Form) -> Rendered:
    """A filled reference beside its display value. A link is built of what is stored, existing or not (rest 3, doc)."""
    link = {} if form.exclude_reference_link else {"link": f"{form.links}/{value.reference}/{value.value}"}
    display = value.display(style)
    if form.display_value is DisplayValue.ALL:
        return {"display_value": display, **link, "value": value.value}
    return {"display_value": display, **link} if link else display

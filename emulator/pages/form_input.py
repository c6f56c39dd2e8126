"""From a posted form to the changes it asks for, with an error beside each field that cannot be understood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...shared.time_style import TimeStyle
from ..dictionary.model import Field
from ..dictionary.types import Storage
from ..errors import PlatformError
from ..records.coerce import Input, Unfit, coerce
from .form_fields import FormField, Widget
from .references import References, UnclearReference

EXPECTED = {
    Storage.DATE_TIME: "Write the date and time as {moment}.",
    Storage.DATE: "Write the date as {date}.",
    Storage.INTEGER: "Write a whole number.",
    Storage.DECIMAL: "Write a number.",
}
MANDATORY = "This field is mandatory."


@dataclass(slots=True)
class Changes:
    """What to write. Secrets are kept apart: they are hashed or sealed before they reach the gate."""

    values: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    """Labels of mandatory fields that were left empty."""


def typed_value(posted: Mapping[str, str], each: FormField) -> str:
    """What the person left in a field's input. An unticked checkbox is not sent at all."""
    if each.widget is Widget.CHECKBOX:
        return "true" if posted.get(each.name) == "true" else "false"
    return posted.get(each.input_id, "").replace("\r\n", "\n").strip("\n")


def was_shown(posted: Mapping[str, str], each: FormField) -> bool:
    """Whether the posted form had the field at all: a program may post a part of the form only."""
    return each.input_id in posted or original_name(each) in posted


def original_name(each: FormField) -> str:
    return f"sys_original.{each.name}"


def read_changes(
    fields: Sequence[FormField], posted: Mapping[str, str], references: References, *, new: bool, style: TimeStyle
) -> Changes:
    """Sort out what a person typed. Nothing is written while ``errors`` is not empty."""
    changes = Changes()
    for each in fields:
        if each.read_only or not (was_shown(posted, each) or (new and each.mandatory)):
            continue
        typed = typed_value(posted, each)
        if each.mandatory and not typed:
            changes.errors[each.element] = MANDATORY
            changes.empty.append(each.label)
        elif _differs(each, typed, posted, new=new):
            _read_one(each, _meant(each, typed, posted), references, Input(display=True, style=style), changes)
    return changes


def _differs(each: FormField, typed: str, posted: Mapping[str, str], *, new: bool) -> bool:
    if each.widget in {Widget.PASSWORD, Widget.JOURNAL}:
        return bool(typed)
    if new:
        return bool(typed) or bool(each.field.default)
    return typed != posted.get(original_name(each), each.original).replace("\r\n", "\n").strip("\n")


def _meant(each: FormField, typed: str, posted: Mapping[str, str]) -> str:
    """What is typed; of a reference that was left as the form had it the sys_id, for several may be called so."""
    left = each.widget is Widget.REFERENCE and typed == posted.get(original_name(each))
    return (left and posted.get(each.name)) or typed


def _read_one(each: FormField, typed: str, references: References, how: Input, changes: Changes) -> None:
    if len(typed) > each.field.max_length and each.field.type.storage is Storage.TEXT and not each.field.reference:
        changes.errors[each.element] = f"At most {each.field.max_length} characters."
    elif each.widget is Widget.PASSWORD:
        changes.secrets[each.element] = typed
    elif each.widget is Widget.REFERENCE and typed:
        try:
            changes.values[each.element] = references.resolve(each.field.reference, typed)
        except UnclearReference as unclear:
            changes.errors[each.element] = str(unclear)
    else:
        _read_value(each.field, typed, how, changes)


def _read_value(known: Field, typed: str, how: Input, changes: Changes) -> None:
    """The gate drops in silence what cannot be a value of the field; a person is told."""
    try:
        coerce(known, typed, how, lambda _table, _text: None)
    except Unfit:
        expected = EXPECTED.get(known.type.storage, "This is not one of the choices.")
        changes.errors[known.element] = expected.format(moment=how.style.moment_hint, date=how.style.date_hint)
    except PlatformError as error:
        changes.errors[known.element] = error.detail or error.message
    else:
        changes.values[known.element] = typed

"""The fields of a form: which there are, in which order, and what each shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ...shared.ids import SYS_ID
from ...shared.time_style import TimeStyle
from ..dictionary.layout import form_sections
from ..dictionary.model import Dictionary, Field
from ..dictionary.types import FieldType, Storage
from ..records.row import MASKED, Row
from .references import References

LONG_TEXT_FROM = 256
MORE_LINES_FROM = 4000
WIDE_FROM = 160
ONE_LINE = frozenset({FieldType.URL, FieldType.LIST, FieldType.EMAIL, FieldType.TABLE_NAME})
NEVER_EDITED = frozenset({FieldType.CLASS_NAME, FieldType.GUID, FieldType.JOURNAL_LIST})
MOST_CHARACTERS = 40
BOOKKEEPING = frozenset(
    {"sys_id", "sys_created_on", "sys_created_by", "sys_updated_on", "sys_updated_by", "sys_mod_count", "sys_scope"}
)
"""Elements of the platform itself that nobody edits, whatever form names them."""


class Widget(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    CHECKBOX = "checkbox"
    SELECT = "select"
    REFERENCE = "reference"
    PASSWORD = "password"  # noqa: S105 - a kind of input
    JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class FormField:
    """One field as the form shows it.

    ``value`` stands in the input, ``original`` is what stood there when the form was opened: only what differs is
    written, so two people may change different fields of one record.
    """

    field: Field
    name: str
    widget: Widget
    value: str = ""
    original: str = ""
    meant: str = ""
    """The sys_id of the record that ``original`` names in a new form: several may be called so."""
    read_only: bool = False
    error: str = ""
    choices: Sequence[tuple[str, str]] = ()
    suggestions: Sequence[str] = ()
    record_link: str = ""
    hint: str = ""
    placeholder: str = ""
    lock: str = ""
    """Where its lock icon leads, while it is locked."""
    revealed: bool = False
    """Whether a secret stands there in the clear."""

    @property
    def element(self) -> str:
        return self.field.element

    @property
    def label(self) -> str:
        return self.field.label

    @property
    def shown(self) -> bool:
        """A journal is an input alone: what was written stands in the activity stream."""
        return not (self.read_only and self.widget is Widget.JOURNAL)

    @property
    def mandatory(self) -> bool:
        return self.field.mandatory and not self.read_only

    @property
    def input_id(self) -> str:
        """The platform's own element ids: ``incident.short_description``, ``sys_display.incident.caller_id``."""
        return f"sys_display.{self.name}" if self.widget is Widget.REFERENCE else self.name

    @property
    def wide(self) -> bool:
        """Whether it takes the whole width: long texts, and the lines that say what a record is about."""
        line = self.widget is Widget.TEXT and self.field.type is FieldType.STRING and self.field.max_length >= WIDE_FROM
        return line or self.widget in {Widget.LONG_TEXT, Widget.JOURNAL}

    @property
    def text(self) -> str:
        """What a read-only field shows."""
        if self.widget is Widget.PASSWORD:
            return self.hint
        return self.field.choice_label(self.value) if self.widget is Widget.SELECT else self.value

    @property
    def input_length(self) -> int:
        """The longest text worth typing; numbers and times have no max_length of their own."""
        return self.field.max_length if self.field.type.storage is Storage.TEXT else MOST_CHARACTERS

    @property
    def lines(self) -> int:
        """How high the input for a long text is."""
        return 4 if self.field.max_length >= MORE_LINES_FROM else 2

    @property
    def checked(self) -> bool:
        return self.value == "true"


def sections(dictionary: Dictionary, table: str) -> Sequence[tuple[str, Sequence[str]]]:
    """The form's sections, with the passwords that none of them names."""
    fields = dictionary.fields(table)
    passwords = [name for name, each in fields.items() if each.type is FieldType.PASSWORD]
    return [
        (title, _with_passwords(names, passwords if not index else ()))
        for index, (title, names) in enumerate(form_sections(dictionary, table))
    ]


def _with_passwords(names: Sequence[str], passwords: Sequence[str]) -> Sequence[str]:
    """A password that no section names stands after the first field, which is the name it belongs to."""
    missing = [each for each in passwords if each not in names]
    return [*names[:1], *missing, *names[1:]]


def widget_of(field: Field) -> Widget:
    if field.type.is_secret:
        return Widget.PASSWORD
    if field.type is FieldType.JOURNAL:
        return Widget.JOURNAL
    if field.type.storage is Storage.BOOLEAN:
        return Widget.CHECKBOX
    if field.choices:
        return Widget.SELECT
    if field.type is FieldType.REFERENCE:
        return Widget.REFERENCE
    long = field.type.storage is Storage.TEXT and field.max_length >= LONG_TEXT_FROM
    return Widget.LONG_TEXT if long and field.type not in ONE_LINE else Widget.TEXT


def placeholder_of(field: Field, style: TimeStyle) -> str:
    if field.type.storage is Storage.DATE_TIME:
        return style.moment_hint
    return style.date_hint if field.type.storage is Storage.DATE else ""


def is_editable(field: Field) -> bool:
    """Whether the field could ever be written by a person; rights come on top."""
    return not field.read_only and field.type not in NEVER_EDITED and field.element not in BOOKKEEPING


def shown_value(field: Field, row: Row) -> str:
    """The content of the field's input for a record."""
    widget = widget_of(field)
    if widget in {Widget.PASSWORD, Widget.JOURNAL}:
        return ""
    if widget is Widget.REFERENCE:
        return row.display(field.element) or row.value(field.element)
    if widget in {Widget.CHECKBOX, Widget.SELECT}:
        return row.value(field.element)
    return "" if field.type is FieldType.DUE_DATE and row.native(field.element) is None else row.display(field.element)


def starting_value(field: Field, presets: Mapping[str, str], references: References) -> str:
    """The content of the field's input in a new record: the preset, else the default where it is a plain value."""
    given = presets.get(field.element)
    if given is None:
        given = "" if field.default.startswith("javascript:") else field.default
    if widget_of(field) is Widget.REFERENCE and given:
        return references.display(field.reference, given)
    if widget_of(field) is Widget.CHECKBOX:
        return "true" if given in {"true", "1"} else "false"
    return "" if field.type.is_secret else given


def meant_record(field: Field, presets: Mapping[str, str]) -> str:
    """The sys_id that a new form has for a reference."""
    given = presets.get(field.element, field.default)
    return given if widget_of(field) is Widget.REFERENCE and SYS_ID.fullmatch(given) else ""


def choices_of(field: Field, value: str) -> Sequence[tuple[str, str]]:
    """What a select offers: the active choices, an empty one, and the present value even if it is none of them."""
    offered = [(each.value, each.label) for each in field.choices if not each.inactive]
    if value and all(value != each for each, _label in offered):
        offered.append((value, field.choice_label(value)))
    if not field.mandatory or not value:
        offered.insert(0, ("", "-- None --"))
    return offered


def secret_hint(row: Row | None, field: Field) -> str:
    """Shows that there is a secret without showing it."""
    return MASKED if row is not None and row.native(field.element) else ""

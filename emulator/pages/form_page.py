"""What a form shows: one record, or a new one, with what has been typed and what was wrong with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..access.operations import Operation
from ..dictionary.model import Field
from ..records.row import Row
from .form_fields import (
    FormField,
    Widget,
    choices_of,
    is_editable,
    meant_record,
    placeholder_of,
    secret_hint,
    sections,
    shown_value,
    starting_value,
    widget_of,
)
from .form_input import Changes, original_name, typed_value, was_shown
from .list_query import decisions_url, record_url
from .messages import Message
from .references import References
from .rights import Rights


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    fields: Sequence[FormField]

    @property
    def shown(self) -> Sequence[FormField]:
        return [each for each in self.fields if each.shown]

    @property
    def has_journal(self) -> bool:
        return any(each.widget is Widget.JOURNAL for each in self.fields)


@dataclass(frozen=True, slots=True)
class FormPage:
    """``sys_id`` is empty for a new record."""

    table: str
    label: str
    heading: str
    sys_id: str
    sections: Sequence[Section]
    may_save: bool
    may_delete: bool
    messages: Sequence[Message] = ()
    stamps: Sequence[tuple[str, str]] = ()
    back: str = ""
    time_zone: str = ""

    @property
    def new(self) -> bool:
        return not self.sys_id

    @property
    def fields(self) -> Iterable[FormField]:
        return (each for section in self.sections for each in section.fields)

    @property
    def address(self) -> str:
        return f"/{self.table}.do?sys_id={self.sys_id or '-1'}"

    @property
    def section_of_stream(self) -> Section | None:
        """The section below which the activity stream stands: that of the journals, else the last."""
        return next((each for each in self.sections if each.has_journal), self.sections[-1] if self.sections else None)

    @property
    def with_errors(self) -> Sequence[FormField]:
        return [each for each in self.fields if each.error]

    @property
    def suggestions(self) -> Mapping[str, Sequence[str]]:
        """By referenced table, once a page however many fields point there."""
        return {each.field.reference: each.suggestions for each in self.fields if each.suggestions}


@dataclass(frozen=True)
class FormBuilder:
    """Builds form pages for one caller under the rules in force."""

    rights: Rights
    references: References
    _shown: dict[str, Sequence[tuple[str, Sequence[str]]]] = field(default_factory=dict)

    def new_record(self, table: str, presets: Mapping[str, str]) -> FormPage:
        def start(each: Field) -> FormField:
            value = starting_value(each, presets, self.references)
            begun = self._field(table, each, value, None, may_save=may_save)
            return replace(begun, meant=meant_record(each, presets))

        may_save = self.rights.may(Operation.CREATE, table)
        label = self._label(table)
        built = [Section(title, [start(each) for each in fields]) for title, fields in self._sections(table)]
        return self._page(table, "", "New record", built, may_save=may_save, may_delete=False, label=label)

    def record(self, row: Row) -> FormPage:
        table = row.table
        may_save = self.rights.may(Operation.WRITE, table)
        built = [
            Section(
                title,
                [
                    self._field(table, each, shown_value(each, row), row, may_save=may_save)
                    for each in fields
                    if each.element in row.fields
                ],
            )
            for title, fields in self._sections(table)
        ]
        heading = row.display(self.rights.snapshot.dictionary.display_element(table)) or row.sys_id
        page = self._page(
            table,
            row.sys_id,
            heading,
            built,
            may_save=may_save,
            may_delete=self.rights.may(Operation.DELETE, table),
            label=self._label(table),
        )
        return replace(page, stamps=_stamps(row))

    def _page(
        self,
        table: str,
        sys_id: str,
        heading: str,
        built: Sequence[Section],
        *,
        may_save: bool,
        may_delete: bool,
        label: str,
    ) -> FormPage:
        return FormPage(
            table=table,
            label=label,
            heading=heading,
            sys_id=sys_id,
            sections=[section for section in built if section.fields],
            may_save=may_save,
            may_delete=may_delete,
            back=f"/{table}_list.do",
            time_zone=self.references.caller.time_zone,
        )

    def _label(self, table: str) -> str:
        return self.rights.snapshot.dictionary.table(table).label

    def _sections(self, table: str) -> Sequence[tuple[str, Sequence[Field]]]:
        dictionary = self.rights.snapshot.dictionary
        known = dictionary.fields(table)
        return [(title, [known[each] for each in names]) for title, names in sections(dictionary, table)]

    def _field(self, table: str, each: Field, value: str, row: Row | None, *, may_save: bool) -> FormField:
        widget = widget_of(each)
        numbered = each.element == "number" and self.rights.snapshot.dictionary.numbering(table) is not None
        writable = is_editable(each) and not numbered and self.rights.may_write_field(table, each.element)
        read_only = not (may_save and writable)
        linked = row is not None and widget is Widget.REFERENCE and row.value(each.element)
        return FormField(
            field=each,
            name=f"{table}.{each.element}",
            widget=widget,
            value=value,
            original=value,
            read_only=read_only,
            choices=choices_of(each, value) if widget is Widget.SELECT else (),
            suggestions=self.references.suggestions(each.reference)
            if widget is Widget.REFERENCE and not read_only
            else (),
            record_link=record_url(each.reference, linked) if linked else decisions_url(table, each.element, value),
            hint=secret_hint(row, each) if widget is Widget.PASSWORD else "",
            placeholder=placeholder_of(each, self.references.caller.style),
        )


def as_typed(page: FormPage, posted: Mapping[str, str], changes: Changes) -> FormPage:
    """The page with what the person typed still in it, and the errors beside the fields."""

    def retyped(each: FormField) -> FormField:
        error = changes.errors.get(each.element, "")
        if each.read_only or not was_shown(posted, each):
            return replace(each, error=error)
        typed = "" if each.widget is Widget.PASSWORD else typed_value(posted, each)
        choices = choices_of(each.field, typed) if each.widget is Widget.SELECT else ()
        original = posted.get(original_name(each), each.original)
        meant = posted.get(each.name, each.meant) if each.widget is Widget.REFERENCE else ""
        return replace(each, value=typed, original=original, meant=meant, error=error, choices=choices)

    return replace(
        page, sections=[Section(each.title, [retyped(one) for one in each.fields]) for each in page.sections]
    )


def _stamps(row: Row) -> Sequence[tuple[str, str]]:
    """Who made the record and who changed it last, where the caller may know."""
    stamps = []
    for label, element in (("Created", "sys_created"), ("Updated", "sys_updated")):
        if row.value(f"{element}_on"):
            stamps.append((label, f"{row.display(f'{element}_on')} by {row.value(f'{element}_by')}"))
    return [*stamps, ("sys_id", row.sys_id)]

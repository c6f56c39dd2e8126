"""A record as it was read: typed values, and the two ways the platform writes each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from ...shared.time_style import IN_UTC, TimeStyle
from ..dictionary.model import Field
from ..dictionary.types import FieldType, Storage
from ..store.store import Native
from .durations import raw_duration, shown_duration

MASKED = "********"

NOT_DUE = "UNKNOWN"
"""What an empty field of the type due_date displays: recorded of activity_due and sla_due, and ``""`` raw (F)."""


def written(moment: datetime) -> str:
    """``YYYY-MM-DD hh:mm:ss`` as the moment's own zone has it; strftime would cut the zeros of early years."""
    return moment.replace(tzinfo=None).isoformat(" ", "seconds")


def raw_text(native: Native) -> str:
    """The wire's text of a value: everything is a string, times are UTC, empty is ``""`` (rest 3, D)."""
    if native is None:
        return ""
    if isinstance(native, bool):
        return "true" if native else "false"
    if isinstance(native, datetime):
        return written(native.astimezone(UTC))
    return f"{native:f}" if isinstance(native, Decimal) else str(native)


Writer = Callable[[Any], str]


def writer_of(field: Field) -> Writer:
    """How the raw text of a filled field is written. One-way and sealed secrets show nothing (rest 3)."""
    if field.type.is_secret:
        return _nothing
    if field.type is FieldType.DURATION:
        return _duration
    return _WRITERS.get(field.type.storage, raw_text)


def _utc(native: Native) -> str:
    if isinstance(native, datetime) and native.tzinfo is UTC:  # as the database gives them
        return f"{native.date().isoformat()} {native.time().isoformat('seconds')}"  # half of what it takes with a zone
    return raw_text(native)


def _truth(native: Native) -> str:
    return "true" if native is True else "false" if native is False else raw_text(native)


def _duration(native: Native) -> str:
    return raw_duration(native) if isinstance(native, int) else raw_text(native)


def _nothing(_native: Native) -> str:
    return ""


_WRITERS: Mapping[Storage, Writer] = {
    Storage.TEXT: str,
    Storage.INTEGER: str,
    Storage.BOOLEAN: _truth,
    Storage.DATE_TIME: _utc,
}


class Columns:
    """What rows read by the same paths have in common: the fields, and how each is written. Nobody changes it."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.fields = fields
        """By path, in the order asked for."""
        self._written_last: tuple[Sequence[str], Sequence[WrittenColumn]] | None = None

    @cached_property
    def writers(self) -> Mapping[str, Writer]:
        """By path, of raw texts."""
        return {path: writer_of(field) for path, field in self.fields.items()}

    def written(self, paths: Sequence[str]) -> "Sequence[WrittenColumn]":
        """Those of the paths that there are, or all for none. As a rule the same are asked for row after row."""
        last = self._written_last
        if last is not None and last[0] == paths:
            return last[1]
        fields = self.fields
        found = [(each, self.writers[each], _referred(fields[each])) for each in paths or fields if each in fields]
        self._written_last = paths, found
        return found

    def without(self, path: str) -> "Columns":
        return Columns({name: field for name, field in self.fields.items() if name != path})


WrittenColumn = tuple[str, Writer, str]
"""A path, the writer of its raw text, and the table that its value refers to, else empty."""


def _referred(field: Field) -> str:
    return field.reference if field.type is FieldType.REFERENCE else ""


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field of a row. ``label`` is what stands for a reference, a list, a class or a journal."""

    field: Field
    native: Native
    label: str | None = None

    @property
    def value(self) -> str:
        """The raw text."""
        return "" if self.native is None else writer_of(self.field)(self.native)

    def display(self, style: TimeStyle) -> str:
        """The text a user reads who writes times in this style."""
        if self.field.type.is_secret:
            return MASKED if self.native else ""
        if self.label is not None:
            return self.label
        return self.field.choice_label(self.value) if self.field.choices else self._shown(style)

    def _shown(self, style: TimeStyle) -> str:
        kind, native = self.field.type, self.native
        if isinstance(native, datetime):
            return style.shown(native)
        if isinstance(native, date):
            return style.shown_date(native)
        if isinstance(native, int) and kind in {FieldType.DURATION, FieldType.INTEGER}:
            return shown_duration(native) if kind is FieldType.DURATION else f"{native:,}"
        return NOT_DUE if kind is FieldType.DUE_DATE else self.value

    @property
    def reference(self) -> str:
        """The table that a filled reference points to, else empty."""
        return _referred(self.field) if self.native else ""


@dataclass(slots=True)
class Row:
    """A record, or the part of it that this caller may read.

    Nobody changes one; a frozen one takes three times as long to make.
    """

    table: str
    """The record's own class."""
    sys_id: str
    columns: Columns
    """What the caller may read of it."""
    natives: Mapping[str, Native]
    """By path, as read. It may hold more than the caller is shown: ask ``native``."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """By path what stands for a value, read with the row."""
    style: TimeStyle = IN_UTC

    @property
    def fields(self) -> Mapping[str, Field]:
        """By path, in the order asked for, those that the caller may read."""
        return self.columns.fields

    @property
    def values(self) -> Mapping[str, FieldValue]:
        return {
            path: FieldValue(each, self.natives.get(path), self.labels.get(path)) for path, each in self.fields.items()
        }

    def field_value(self, path: str) -> FieldValue | None:
        """None when the field is unknown or hidden."""
        found = self.fields.get(path)
        return FieldValue(found, self.natives.get(path), self.labels.get(path)) if found is not None else None

    def value(self, path: str) -> str:
        """The raw text, empty when the field is empty, unknown or hidden."""
        native = self.natives.get(path)
        return "" if native is None else self.columns.writers.get(path, _nothing)(native)

    def display(self, path: str) -> str:
        found = self.field_value(path)
        return found.display(self.style) if found is not None else ""

    def native(self, path: str) -> Native:
        return self.natives.get(path) if path in self.fields else None

    def moment(self, path: str) -> datetime | None:
        native = self.native(path)
        return native if isinstance(native, datetime) else None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a query. ``total`` counts all that match, blind to ACLs as on the platform (rest 1, meas)."""

    rows: Sequence[Row]
    total: int | None = None
    dropped: Sequence[str] = field(default_factory=tuple)
    """Terms of the query that were left out since their field or operator is unknown."""
    full: bool = False
    """Whether as many rows were found as were asked for, before any was hidden: there may be more."""

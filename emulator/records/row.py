"""A record as it was read: typed values, and the two ways the platform writes each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ...shared.zones import zone_named
from ..dictionary.model import Field
from ..dictionary.types import FieldType
from ..store.store import Native
from .durations import raw_duration, shown_duration

MASKED = "********"
DATE_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"


def written(moment: datetime) -> str:
    """``YYYY-MM-DD hh:mm:ss`` as the moment's own zone has it; strftime would cut the zeros of early years."""
    return moment.replace(tzinfo=None).isoformat(" ", "seconds")


def local(moment: datetime, time_zone: str) -> datetime:
    """The moment in a zone; at either end of time, where the zone's offset leads beyond it, in UTC."""
    try:
        return moment.astimezone(zone_named(time_zone))
    except OverflowError:
        return moment.astimezone(UTC)


def raw_text(native: Native) -> str:
    """The wire's text of a value: everything is a string, times are UTC, empty is ``""`` (rest 3, D)."""
    if native is None:
        return ""
    if isinstance(native, bool):
        return "true" if native else "false"
    if isinstance(native, datetime):
        return written(native.astimezone(UTC))
    return str(native)


@dataclass(slots=True)
class FieldValue:
    """One field of a row, which nobody changes: a frozen one takes three times as long to make.

    ``label`` is what stands for a reference, a list, a class or a journal, read with the row.
    """

    field: Field
    native: Native
    label: str | None = None

    @property
    def value(self) -> str:
        """The raw text. One-way and sealed secrets show nothing (rest 3)."""
        if self.field.type.is_secret:
            return ""
        if self.field.type is FieldType.DURATION and isinstance(self.native, int):
            return raw_duration(self.native)
        return raw_text(self.native)

    def display(self, time_zone: str) -> str:
        """The text a user in ``time_zone`` reads."""
        if self.field.type.is_secret:
            return MASKED if self.native else ""
        if self.label is not None:
            return self.label
        if isinstance(self.native, datetime):
            return written(local(self.native, time_zone))
        if self.field.type is FieldType.DURATION and isinstance(self.native, int):
            return shown_duration(self.native)
        return self.field.choice_label(self.value) if self.field.choices else self.value

    @property
    def reference(self) -> str:
        """The table that a filled reference points to, else empty."""
        return self.field.reference if self.field.type is FieldType.REFERENCE and self.native else ""


@dataclass(frozen=True, slots=True)
class Row:
    """A record, or the part of it that this caller may read. ``table`` is the record's own class."""

    table: str
    sys_id: str
    values: Mapping[str, FieldValue]
    time_zone: str = "UTC"

    def value(self, path: str) -> str:
        """The raw text, empty when the field is empty, unknown or hidden."""
        found = self.values.get(path)
        return found.value if found else ""

    def display(self, path: str) -> str:
        found = self.values.get(path)
        return found.display(self.time_zone) if found else ""

    def native(self, path: str) -> Native:
        found = self.values.get(path)
        return found.native if found else None

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

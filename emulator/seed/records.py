"""Entries of the seed as rows of native values, with what the platform would have added to each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ...shared.near import did_you_mean
from ..dictionary.model import Dictionary, Field
from ..dictionary.types import FieldType, Storage
from ..records.coerce import Input, Unfit, coerce
from ..records.computed import EFFECTIVE_NUMBER
from ..records.defaults import NOW, NUMBER, USER
from ..store.store import Native
from .attached import with_record
from .entries import Entries, Entry, Known, told_where
from .following import complete
from .rows import Row, Rows

BORN = "2019-12-11 00:00:00"
"""When everything that names no date was made."""

BOOLEANS = frozenset({"true", "false", "1", "0", ""})
"""What a file may say of a yes or no. The platform takes any other text for false, which nobody means who writes it."""


class SeedRows:
    """Takes entries, which may point to each other, and gives rows."""

    def __init__(self, dictionary: Dictionary, author: str, known: Known | None = None) -> None:
        self._dictionary = dictionary
        self._author = author
        self._entries = Entries(dictionary, known)
        self._defaults: dict[str, Row] = {}

    def add(self, data: Mapping[str, Sequence[Entry]], places: Mapping[str, Sequence[str]] | None = None) -> None:
        """See ``Entries.add``."""
        self._entries.add(data, places)

    def by_table(self) -> Mapping[str, Sequence[Row]]:
        """Every row, linked and journal ones included.

        Raises LookupError for a key that names no record, RefusedToStart where its place is known.
        """
        rows: dict[str, list[Row]] = defaultdict(list)
        for each in self._entries.placed:
            with told_where(each.place):
                rows[each.table].append(self._row(each.table, each.sys_id, each.entry))
        return rows

    def entries(self, table: str) -> Iterator[Entry]:
        """What has been collected for one table, as it was written."""
        return (each.entry for each in self._entries.placed if each.table == table)

    def last_numbers(self) -> Mapping[str, int]:
        """The highest number used, by the table that the numbering belongs to; asked after ``by_table``."""
        return self._entries.numbers.last

    def _row(self, table: str, sys_id: str, entry: Entry) -> Row:
        fields = self._dictionary.fields(table)
        completed = complete(self._dictionary, table, entry, BORN, self._author)
        placed = with_record(table, completed, self._entries.sys_id_of)
        given = {name: value for name, value in placed.items() if not name.startswith("_")}
        author = str(given.get("sys_created_by") or given.get("opened_by") or self._author)
        stamps = {name: value for name, value in _stamps(entry, given, author).items() if name in fields}
        values = {name: self._native(table, name, value) for name, value in {**given, **stamps}.items()}
        written = {**self._default_values(table), **values, "sys_id": sys_id, "sys_mod_count": 0}
        row = {**self._values_of_birth(table, written, author), **written}
        return {EFFECTIVE_NUMBER: row["number"], **row} if EFFECTIVE_NUMBER in fields else row

    def _values_of_birth(self, table: str, written: Row, author: str) -> Row:
        """What the platform would have given at the insert and the entry leaves out: number, opener and moment."""
        missing = {
            element: field.default
            for element, field in self._dictionary.fields(table).items()
            if field.default in {USER, NOW, NUMBER} and element not in written
        }
        born: dict[str, Native] = {}
        for element, default in missing.items():
            if default == NUMBER:
                born[element] = self._entries.numbers.next(table)
            else:
                born[element] = written["sys_created_on"] if default == NOW else self._entries.find("sys_user", author)
        return born

    def _native(self, table: str, element: str, value: Any) -> Native:
        field = self._dictionary.field(table, element)
        if field is None:
            raise LookupError(f"{table} has no field {element}.{did_you_mean(element, self._dictionary.fields(table))}")
        if isinstance(value, list | dict) and field.type is not FieldType.LIST:
            raise ValueError(f"{element} is one value")
        if field.type is FieldType.BOOLEAN and str(value).lower() not in BOOLEANS:
            raise ValueError(f"{str(value)[:40]!r} is neither true nor false")
        try:
            return coerce(field, value, Input(), self._entries.sys_id_of)
        except Unfit as error:
            raise Unfit(f"{error}{_choices(field)}") from error

    def _default_values(self, table: str) -> Row:
        """The table's defaults that are the same for every record."""
        if table not in self._defaults:
            fields = self._dictionary.fields(table)
            self._defaults[table] = {
                element: coerce(field, field.default, Input(), self._entries.find)
                for element, field in fields.items()
                if field.default not in {"", USER, NOW, NUMBER} and field.type.storage is not Storage.VIRTUAL
            }
        return self._defaults[table]


def stamped(rows: Iterable[Row], author: str) -> Rows:
    """Rows that come without the platform's own fields, with them."""
    born = datetime.fromisoformat(BORN).replace(tzinfo=UTC)
    stamps: dict[str, Native]
    stamps = {"sys_created_on": born, "sys_updated_on": born, "sys_created_by": author, "sys_updated_by": author}
    return [{**stamps, "sys_mod_count": 0, **row} for row in rows]


def _choices(field: Field) -> str:
    """What the field takes, behind a sentence that refuses a value."""
    if not field.choices:
        return ""
    return f": it takes {', '.join(f'{each.value} ({each.label})' for each in field.choices)}"


def _stamps(entry: Entry, given: Entry, author: str) -> Entry:
    """When the record was made and last touched, and by whom, as far as its entry tells."""
    opened = str(given.get("sys_created_on") or given.get("opened_at") or BORN)
    return {
        "sys_created_on": opened,
        "sys_updated_on": _last(entry, opened),
        "sys_created_by": author,
        "sys_updated_by": author,
    }


def _last(given: Entry, opened: str) -> str:
    """When a record was last touched: the latest date it knows of its past."""
    names = ("closed_at", "resolved_at", "work_end", "work_start")
    journals = [str(written[0]) for name in ("_comments", "_work_notes") for written in given.get(name, ())]
    return max([opened, *journals, *(str(given[name]) for name in names if given.get(name))])

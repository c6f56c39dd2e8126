"""Seed data as rows of native values: TOML in, with natural keys where a record points to another.

The same data give the same rows, sys_ids included, so a test may rely on any of them.
"""

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from ...shared.errors import RefusedToStart
from ..dictionary.declaration import GLOBAL_SCOPE, record_id
from ..dictionary.model import Dictionary
from ..dictionary.types import Storage
from ..errors import PlatformError
from ..records.coerce import Input, Unfit, coerce
from ..records.defaults import NOW, NUMBER, USER
from ..store.store import Native
from .attached import with_record
from .numbers import SeedNumbers

Entry = Mapping[str, Any]
Known = Callable[[str, str, str], str | None]
"""The sys_id of a record that is there already: by table, field and the field's value."""

BORN = "2019-12-11 00:00:00"
"""When everything that names no date was made."""

KEYS = {
    "sys_user": "user_name",
    "sys_scope": "scope",
    "task": "number",
    "sys_data_policy2": "short_description",
    "sc_category": "title",
    "kb_knowledge_base": "title",
    "kb_knowledge": "number",
    "sys_attachment": "file_name",
}
"""The field by which others name a record of a hierarchy, where it is not ``name``."""

LINKED = {
    ("sys_user", "_roles"): ("sys_user_has_role", "user", "role"),
    ("sys_user_group", "_roles"): ("sys_group_has_role", "group", "role"),
    ("sys_user_group", "_members"): ("sys_user_grmember", "group", "user"),
    ("sys_user_role", "_contains"): ("sys_user_role_contains", "role", "contains"),
    ("sys_security_acl", "_roles"): ("sys_security_acl_role", "sys_security_acl", "sys_user_role"),
}
"""Keys that make a record of a linking table for each of their values: table, own side, other side."""

ODD_KEYS = {"sys_scope": {GLOBAL_SCOPE: GLOBAL_SCOPE}}


@cache
def read_data(name: str) -> Mapping[str, Sequence[Entry]]:
    """The entries of ``data/NAME.toml`` by table."""
    text = (files(__package__) / "data" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@dataclass(frozen=True, slots=True)
class _Placed:
    """An entry with its record's sys_id, and where somebody wrote it."""

    table: str
    sys_id: str
    entry: Entry
    place: str = ""


class SeedRows:
    """Collects entries of several files, which may point to each other, and gives rows."""

    def __init__(self, dictionary: Dictionary, author: str, known: Known | None = None) -> None:
        self._dictionary = dictionary
        self._elsewhere = known
        self._author = author
        self._entries: list[_Placed] = []
        self._known: dict[str, dict[str, str]] = defaultdict(dict, {key: dict(odd) for key, odd in ODD_KEYS.items()})
        self._defaults: dict[str, Mapping[str, Native]] = {}
        self._taken: set[tuple[str, str]] = set()
        self._numbers = SeedNumbers(dictionary)

    def add(self, data: Mapping[str, Sequence[Entry]], places: Mapping[str, Sequence[str]] | None = None) -> None:
        """Collect entries by table. ``places`` say where each was written, for a file that may be wrong.

        Raises RefusedToStart that names the place of what is wrong.
        """
        for table, entries in data.items():
            written = (places or {}).get(table, ())
            for index, entry in enumerate(entries):
                place = written[index] if index < len(written) else ""
                with _told_where(place):
                    for single in _per_operation(table, entry):
                        self._add(table, single, place)

    def by_table(self) -> Mapping[str, Sequence[Mapping[str, Native]]]:
        """Every row, linked and journal ones included.

        Raises LookupError for a key that names no record, RefusedToStart where its place is known.
        """
        rows: dict[str, list[Mapping[str, Native]]] = defaultdict(list)
        for each in self._entries:
            with _told_where(each.place):
                rows[each.table].append(self._row(each.table, each.sys_id, each.entry))
        return rows

    def entries(self, table: str) -> Iterator[Entry]:
        """What has been collected for one table, as it was written."""
        return (each.entry for each in self._entries if each.table == table)

    def last_numbers(self) -> Mapping[str, int]:
        """The highest number used, by the table that the numbering belongs to; asked after ``by_table``."""
        return self._numbers.last

    def _add(self, table: str, entry: Entry, place: str) -> None:
        base = self._dictionary.base(table)
        key = str(entry.get(KEYS.get(base, "name"), ""))
        sys_id = entry.get("sys_id") or self._new_id(base, key, entry)
        if (base, sys_id) in self._taken:
            raise ValueError(f"Another record of {table} has the sys_id {sys_id}")
        self._taken.add((base, sys_id))
        if key:
            self._known[base].setdefault(key.lower(), sys_id)
        self._numbers.take(table, entry.get("number"))
        self._entries.append(_Placed(table, sys_id, entry, place))
        for name, (linking, own, other) in LINKED.items():
            if name[0] == table:
                for value in entry.get(name[1], ()):
                    self._link(linking, {own: sys_id, other: value}, place)
        for element in ("comments", "work_notes"):
            for written_on, author, text in entry.get(f"_{element}", ()):
                self._write_journal(table, sys_id, element, (written_on, author, text))

    def _new_id(self, base: str, key: str, entry: Entry) -> str:
        """A record is known by its key, or by all it says where an earlier one bears the same key."""
        wanted = _sys_id(base, key, entry)
        copies = 0
        while (base, wanted) in self._taken:
            copies += 1
            wanted = _sys_id(base, "", {**entry, "": copies} if copies > 1 else entry)
        return wanted

    def _link(self, table: str, pair: Entry, place: str) -> None:
        self._entries.append(_Placed(table, record_id(table, *(str(each) for each in pair.values())), pair, place))

    def _write_journal(self, table: str, sys_id: str, element: str, written: tuple[str, str, str]) -> None:
        moment, author, text = written
        entry = {"name": table, "element": element, "element_id": sys_id, "value": text}
        stamps = {"sys_created_on": moment, "sys_created_by": author}
        identity = record_id("sys_journal_field", sys_id, element, moment)
        self._entries.append(_Placed("sys_journal_field", identity, {**entry, **stamps}))

    def _row(self, table: str, sys_id: str, entry: Entry) -> Mapping[str, Native]:
        complete = with_record(table, _complete(table, entry), self._sys_id_of)
        given = {name: value for name, value in complete.items() if not name.startswith("_")}
        opened = str(given.get("sys_created_on") or given.get("opened_at") or BORN)
        author = str(given.get("sys_created_by") or given.get("opened_by") or self._author)
        stamps = {"sys_created_on": opened, "sys_updated_on": _last(entry, opened)}
        stamps |= {"sys_created_by": author, "sys_updated_by": author}
        values = {name: self._native(table, name, value) for name, value in {**given, **stamps}.items()}
        written = {**self._default_values(table), **values, "sys_id": sys_id, "sys_mod_count": 0}
        return {**self._values_of_birth(table, written, author), **written}

    def _values_of_birth(self, table: str, written: Mapping[str, Native], author: str) -> Mapping[str, Native]:
        """What the platform would have given at the insert and the entry leaves out: number, opener and moment."""
        missing = {
            element: field.default
            for element, field in self._dictionary.fields(table).items()
            if field.default in {USER, NOW, NUMBER} and element not in written
        }
        born: dict[str, Native] = {}
        for element, default in missing.items():
            if default == NUMBER:
                born[element] = self._numbers.next(table)
            else:
                born[element] = written["sys_created_on"] if default == NOW else self._known["sys_user"].get(author)
        return born

    def _native(self, table: str, element: str, value: Any) -> Native:
        field = self._dictionary.field(table, element)
        if field is None:
            raise LookupError(f"{table} has no field {element}")
        return coerce(field, value, Input(), self._sys_id_of)

    def _default_values(self, table: str) -> Mapping[str, Native]:
        """The table's defaults that are the same for every record."""
        if table not in self._defaults:
            fields = self._dictionary.fields(table)
            self._defaults[table] = {
                element: coerce(field, field.default, Input(), lambda base, key: self._known[base].get(key))
                for element, field in fields.items()
                if field.default not in {"", USER, NOW, NUMBER} and field.type.storage is not Storage.VIRTUAL
            }
        return self._defaults[table]

    def _sys_id_of(self, table: str, key: str) -> str:
        base = self._dictionary.base(table)
        found = self._known[base].get(key.lower())
        if found is None and self._elsewhere is not None:
            found = self._elsewhere(table, KEYS.get(base, "name"), key)
        if found is None:
            raise LookupError(f"The seed has no {table} called {key!r}")
        return found


@contextmanager
def _told_where(place: str) -> Iterator[None]:
    """What is wrong with an entry whose place is known is for the person who wrote it."""
    try:
        yield
    except (LookupError, Unfit, ValueError, PlatformError) as error:
        if not place:
            raise
        reason = error.args[0] if error.args else error
        raise RefusedToStart("The records cannot be loaded", f"{place}: {reason}.") from error


def stamped(rows: Iterable[Mapping[str, Native]], author: str) -> Sequence[Mapping[str, Native]]:
    """Rows that come without the platform's own fields, with them."""
    born = datetime.fromisoformat(BORN).replace(tzinfo=UTC)
    stamps: dict[str, Native]
    stamps = {"sys_created_on": born, "sys_updated_on": born, "sys_created_by": author, "sys_updated_by": author}
    return [{**stamps, "sys_mod_count": 0, **row} for row in rows]


def _sys_id(base: str, key: str, entry: Entry) -> str:
    """Rules share a name, so all they say makes them; everything else is made by its key."""
    if base == "sys_security_acl" or not key:
        key = ":".join(f"{name}={value}" for name, value in entry.items() if name != "description")
    return record_id(base, key)


def _per_operation(table: str, entry: Entry) -> Iterator[Entry]:
    """One access rule an operation, as on the platform; the data name several at once."""
    if table != "sys_security_acl":
        yield entry
        return
    for operation in entry["operation"].split():
        yield {**entry, "operation": operation}


def _complete(table: str, entry: Entry) -> Mapping[str, Any]:
    """What follows from the rest of an entry."""
    if table == "sys_user":
        if not entry.get("user_name"):
            raise ValueError("A record of sys_user needs a user_name")
        name = f"{entry.get('first_name', '')} {entry.get('last_name', '')}".strip()
        return {"name": name, "email": f"{entry['user_name']}@example.com", **entry}
    if table in {"incident", "problem"} and "state" in entry:  # incident_state mirrors state (platform 5.2, D)
        return {f"{table}_state": entry["state"], **entry}
    return entry


def _last(given: Entry, opened: str) -> str:
    """When a record was last touched: the latest date it knows of its past."""
    names = ("closed_at", "resolved_at", "work_end", "work_start")
    journals = [str(written[0]) for name in ("_comments", "_work_notes") for written in given.get(name, ())]
    return max([opened, *journals, *(str(given[name]) for name in names if given.get(name))])

"""Entries of the seed: a record each as TOML says it, with natural keys where one points to another.

The same data give the same sys_ids, so a test may rely on any of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ...shared.errors import RefusedToStart
from ...shared.toml_files import read_toml
from ..dictionary.declaration import GLOBAL_SCOPE, record_id
from ..dictionary.model import Dictionary
from ..errors import PlatformError
from ..records.coerce import Unfit
from .numbers import SeedNumbers

Entry = Mapping[str, Any]
Known = Callable[[str, str, str], str | None]
"""The sys_id of a record that is there already: by table, field and the field's value."""

KEYS = {
    "sys_user": "user_name",
    "sys_scope": "scope",
    "task": "number",
    "sys_data_policy2": "short_description",
    "sc_catalog": "title",
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
    return read_toml(files(__package__) / "data" / f"{name}.toml")


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry with its record's sys_id, and where somebody wrote it."""

    table: str
    sys_id: str
    entry: Entry
    place: str = ""


class Entries:
    """Collects entries of several files, which may point to each other."""

    def __init__(self, dictionary: Dictionary, elsewhere: Known | None = None) -> None:
        self._dictionary = dictionary
        self._elsewhere = elsewhere
        self._known: dict[str, dict[str, str]] = defaultdict(dict, {key: dict(odd) for key, odd in ODD_KEYS.items()})
        self._taken: set[tuple[str, str]] = set()
        self.placed: list[Placed] = []
        self.numbers = SeedNumbers(dictionary)

    def add(self, data: Mapping[str, Sequence[Entry]], places: Mapping[str, Sequence[str]] | None = None) -> None:
        """Collect entries by table. ``places`` say where each was written, for a file that may be wrong.

        Raises RefusedToStart that names the place of what is wrong.
        """
        for table, entries in data.items():
            written = (places or {}).get(table, ())
            for index, entry in enumerate(entries):
                place = written[index] if index < len(written) else ""
                with told_where(place):
                    for single in _per_operation(table, entry):
                        self._add(table, single, place)

    def find(self, base: str, key: str) -> str | None:
        """The sys_id of the record of this hierarchy that an entry calls so."""
        return self._known[base].get(key)

    def sys_id_of(self, table: str, key: str) -> str:
        base = self._dictionary.base(table)
        found = self._known[base].get(key.lower())
        if found is None and self._elsewhere is not None:
            found = self._elsewhere(table, KEYS.get(base, "name"), key)
        if found is None:
            raise LookupError(f"The seed has no {table} called {key!r}")
        return found

    def _add(self, table: str, entry: Entry, place: str) -> None:
        base = self._dictionary.base(table)
        key = str(entry.get(KEYS.get(base, "name"), ""))
        sys_id = entry.get("sys_id") or self._new_id(base, key, entry)
        if (base, sys_id) in self._taken:
            raise ValueError(f"Another record of {table} has the sys_id {sys_id}")
        self._taken.add((base, sys_id))
        if key:
            self._known[base].setdefault(key.lower(), sys_id)
        self.numbers.take(table, entry.get("number"))
        self.placed.append(Placed(table, sys_id, entry, place))
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
        self.placed.append(Placed(table, record_id(table, *(str(each) for each in pair.values())), pair, place))

    def _write_journal(self, table: str, sys_id: str, element: str, written: tuple[str, str, str]) -> None:
        moment, author, text = written
        entry = {"name": table, "element": element, "element_id": sys_id, "value": text}
        stamps = {"sys_created_on": moment, "sys_created_by": author}
        identity = record_id("sys_journal_field", sys_id, element, moment)
        self.placed.append(Placed("sys_journal_field", identity, {**entry, **stamps}))


@contextmanager
def told_where(place: str) -> Iterator[None]:
    """What is wrong with an entry whose place is known is for the person who wrote it."""
    try:
        yield
    except (LookupError, Unfit, ValueError, PlatformError) as error:
        if not place:
            raise
        reason = error.args[0] if error.args else error
        raise RefusedToStart("The records cannot be loaded", f"{place}: {reason}.") from error


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

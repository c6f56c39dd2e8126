"""Entries of the seed: a record each as TOML says it, with natural keys where one points to another.

The same data give the same sys_ids, so a test may rely on any of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from ...shared.errors import RefusedToStart
from ...shared.near import did_you_mean
from ...shared.toml_files import read_toml
from ..dictionary.declaration import GLOBAL_SCOPE, record_id
from ..dictionary.model import Dictionary
from ..errors import PlatformError
from ..records.coerce import Unfit
from .entry_checks import check_written, journal_of, links_of
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

SINGULAR = frozenset({"sys_user", "sys_user_role", "sys_user_group", "sys_properties", "task"})
"""Hierarchies in which a key names one record and no other. An entry of a file under the key of one of the demo's
changes that: another one beside it would make a login or a property ambiguous."""

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
                    if place:
                        check_written(self._dictionary, table, entry)
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
            raise LookupError(f"The seed has no {table} called {key!r}{self._hint(base, key)}")
        return found

    def _add(self, table: str, entry: Entry, place: str) -> None:
        base = self._dictionary.base(table)
        key = str(entry.get(KEYS.get(base, "name"), ""))
        if place and base in SINGULAR and key.lower() in self._known[base]:
            self._change(base, key, Placed(table, self._known[base][key.lower()], entry, place))
            return
        sys_id = entry.get("sys_id") or self._new_id(base, key, entry)
        if (base, sys_id) in self._taken:
            raise ValueError(f"Another record of {table} has the sys_id {sys_id}")
        self._taken.add((base, sys_id))
        if key:
            self._known[base].setdefault(key.lower(), sys_id)
        self.numbers.take(table, entry.get("number"))
        self.placed.append(Placed(table, sys_id, entry, place))
        self._add_what_belongs_to(self.placed[-1])

    def _change(self, base: str, key: str, changed: Placed) -> None:
        """Let an entry of a file say something else of a record that is there already."""
        same = (base, changed.sys_id)
        index = next(
            at for at, each in enumerate(self.placed) if (self._dictionary.base(each.table), each.sys_id) == same
        )
        there = self.placed[index]
        if there.place or there.table != changed.table:
            raise ValueError(f"Another record of {there.table} is called {key}")
        if changed.entry.get("sys_id", there.sys_id) != there.sys_id:
            raise ValueError(f"The {base} called {key} has the sys_id {there.sys_id}")
        self.placed[index] = replace(changed, entry={**there.entry, **changed.entry})
        self._add_what_belongs_to(changed)

    def _add_what_belongs_to(self, placed: Placed) -> None:
        for linking, own, other, value in links_of(placed.table, placed.entry):
            self._link(linking, {own: placed.sys_id, other: value}, placed.place)
        for element, moment, author, text in journal_of(placed.entry):
            self._write_journal(placed, element, (moment, author, text))

    def _hint(self, base: str, key: str) -> str:
        named_by = f": its {KEYS[base]} counts" if base in KEYS else ""
        return f"{named_by}.{meant}" if (meant := did_you_mean(key, self._known[base])) else named_by

    def _new_id(self, base: str, key: str, entry: Entry) -> str:
        """A record is known by its key, or by all it says where an earlier one bears the same key."""
        wanted = _sys_id(base, key, entry)
        copies = 0
        while (base, wanted) in self._taken:
            copies += 1
            wanted = _sys_id(base, "", {**entry, "": copies} if copies > 1 else entry)
        return wanted

    def _link(self, table: str, pair: Entry, place: str) -> None:
        """Once, however often it is said."""
        sys_id = record_id(table, *(str(each) for each in pair.values()))
        if (table, sys_id) not in self._taken:
            self._taken.add((table, sys_id))
            self.placed.append(Placed(table, sys_id, pair, place))

    def _write_journal(self, of: Placed, element: str, written: tuple[str, str, str]) -> None:
        moment, author, text = written
        entry = {"name": of.table, "element": element, "element_id": of.sys_id, "value": text}
        stamps = {"sys_created_on": moment, "sys_created_by": author}
        identity = record_id("sys_journal_field", of.sys_id, element, moment)
        self.placed.append(Placed("sys_journal_field", identity, {**entry, **stamps}, of.place))


@contextmanager
def told_where(place: str) -> Iterator[None]:
    """What is wrong with an entry whose place is known is for the person who wrote it."""
    try:
        yield
    except (LookupError, Unfit, ValueError, PlatformError) as error:
        if not place:
            raise
        reason = str(error.args[0] if error.args else error).rstrip(".")
        end = "" if reason.endswith("?") else "."
        raise RefusedToStart("The records cannot be loaded", f"{place}: {reason}{end}") from error


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

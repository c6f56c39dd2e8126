"""A user's own tables and fields: a TOML file in the form of ``schema/*.toml``, checked, its errors with their line.

An entry for a table that exists adds fields to it. Names begin with ``u_`` or with their application scope, as those of
an instance's own tables and fields do (platform 2.3).
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from ...shared.errors import RefusedToStart
from .checks import problems
from .declaration import declared_field, declared_table
from .model import ApplicationAccess, Dictionary, Table
from .types import FieldType

OWN_NAME = re.compile(r"(u|x)_[a-z0-9_]+", re.ASCII)
"""How what an instance has of its own is called."""

OWN_TABLE_ACCESS = {"create": False, "update": False}
"""Application Access of a new application table, beyond what every declaration starts from (platform 2.3, D)."""

_TEXTS, _LISTS, _MAPS = (str,), (list,), (dict,)
TABLE_KEYS: Mapping[str, tuple[type, ...]] = {
    "label": _TEXTS,
    "plural": _TEXTS,
    "extends": _TEXTS,
    "scope": _TEXTS,
    "audit": (bool,),
    "access": _MAPS,
    "numbering": _MAPS,
    "indexes": _LISTS,
    "labels": _MAPS,
    "defaults": _MAPS,
    "choices": _MAPS,
    "list_columns": _LISTS,
    "form_sections": _LISTS,
    "related_lists": _LISTS,
    "fields": _MAPS,
}
FIELD_KEYS: Mapping[str, tuple[type, ...]] = {
    "type": _TEXTS,
    "label": _TEXTS,
    "max_length": (int,),
    "mandatory": (bool,),
    "read_only": (bool,),
    "display": (bool,),
    "reference": _TEXTS,
    "default": _TEXTS,
    "choices": _LISTS,
}
ACCESS_KEYS = dict.fromkeys(ApplicationAccess.__dataclass_fields__, (bool,))
NUMBERING_KEYS: Mapping[str, tuple[type, ...]] = {"prefix": _TEXTS, "first": (int,), "digits": (int,)}
_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_TABLE_OF_PROBLEM = re.compile(r"'?([A-Za-z0-9_]+)'?(?:\.([a-z0-9_]+)| mentions ([a-z0-9_.]+))?")


def with_tables(known: Dictionary, path: Path) -> Dictionary:
    """The dictionary with what the file adds to it. Raises RefusedToStart that names file and line."""
    return _File(path).added_to(known)


class _File:
    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RefusedToStart(f"{path} cannot be read", str(error)) from error

    def added_to(self, known: Dictionary) -> Dictionary:
        tables = dict(known.tables)
        for name, entry in self._entries().items():
            self._check_entry(name, entry)
            tables[name] = self._extended(tables[name], entry) if name in tables else self._new(name, entry)
        found = Dictionary(tables)
        for problem in problems(found):
            self._refuse(problem, *self._place_of(problem))
        return found

    def _entries(self) -> Mapping[str, Any]:
        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            line = _LINE.search(str(error))
            raise RefusedToStart(
                f"{self._path}, line {line[1] if line else '?'}", _LINE.sub("", str(error)).strip()
            ) from error

    def _new(self, name: str, entry: Mapping[str, Any]) -> Table:
        if not OWN_NAME.fullmatch(name):
            self._refuse(f"a table of one's own is called u_… or x_…, not {name}", name)
        if "label" not in entry:
            self._refuse(f"{name} has no label", name)
        return declared_table(name, {**entry, "access": {**OWN_TABLE_ACCESS, **entry.get("access", {})}})

    def _extended(self, table: Table, entry: Mapping[str, Any]) -> Table:
        for key in entry:
            if key != "fields":
                self._refuse(f"{table.name} exists already: fields can be added to it, and nothing else", table.name)
        for element in entry.get("fields", {}):
            if element in table.fields or not OWN_NAME.fullmatch(element):
                self._refuse(f"a field added to {table.name} is new and called u_… or x_…", table.name, element)
        added = {element: declared_field(table.name, element, each) for element, each in entry["fields"].items()}
        return replace(table, fields={**table.fields, **added})

    def _check_entry(self, name: str, entry: Any) -> None:
        if not isinstance(entry, dict):
            self._refuse(f"{name} stands outside of any table", name)
        for key, why in _wrong(entry, TABLE_KEYS):
            self._refuse(f"{name}: {why}", name, key)
        for keys, part in ((ACCESS_KEYS, "access"), (NUMBERING_KEYS, "numbering")):
            for key, why in _wrong(entry.get(part, {}), keys):
                self._refuse(f"{name}: {why}", name, part or key)
        for element, field in entry.get("fields", {}).items():
            if not isinstance(field, dict):
                self._refuse(f"{name}.{element} is described by a table", name, element)
            for _key, why in _wrong(field, FIELD_KEYS):
                self._refuse(f"{name}.{element}: {why}", name, element)
            if field.get("type", "string") not in {each.value for each in FieldType}:
                self._refuse(f"{name}.{element}: there is no type {field['type']!r}", name, element)
            for choice in field.get("choices", ()):
                self._check_choice(name, element, choice)

    def _check_choice(self, table: str, element: str, choice: object) -> None:
        is_pair = isinstance(choice, list) and [type(each) for each in choice] == [str, str]
        if not is_pair:
            self._refuse(f"{table}.{element}: a choice is a pair of texts, value and label", table, element)

    def _place_of(self, problem: str) -> tuple[str, str]:
        found = _TABLE_OF_PROBLEM.match(problem)
        return (found[1], found[2] or found[3] or "") if found else ("", "")

    def _refuse(self, why: str, table: str = "", element: str = "") -> NoReturn:
        raise RefusedToStart(f"{self._path}, line {self._line_of(table, element)}", f"{why}.")

    def _line_of(self, table: str, element: str) -> int:
        """Where a table, or something of it, is named: the first line that begins so."""
        start = found = 1
        lines = self._text.splitlines()
        for number, line in enumerate(lines, start=1):
            if re.match(rf"\s*\[?\[?\s*[\"']?{re.escape(table)}\b", line):
                start = found = number
                break
        for number, line in enumerate(lines[start - 1 :], start=start):
            if number > start and re.match(r"\s*\[[^\[]", line) and table not in line:
                break
            if element and re.search(rf"\b{re.escape(element)}\b", line):
                return number
        return found


def _wrong(entry: Any, keys: Mapping[str, tuple[type, ...]]) -> Iterator[tuple[str, str]]:
    """Keys that mean nothing, and values of the wrong kind."""
    if not isinstance(entry, dict):
        yield "", "this is no table of settings"
        return
    for key, value in entry.items():
        if key not in keys:
            yield key, f"{key} means nothing here; known are {', '.join(keys)}"
        elif type(value) not in keys[key]:
            yield key, f"{key} has a value of the wrong kind"

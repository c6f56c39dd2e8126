"""A user's own tables and fields: a TOML file in the form of ``schema/*.toml``, checked, its errors with their line.

An entry for a table that exists adds fields to it. What an instance has of its own begins with ``u_`` or with its
application scope (platform 2.3); a table or field of the platform that is not emulated is declared by its own name.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from ...shared.errors import RefusedToStart
from ...shared.near import check_is_there, did_you_mean
from .checks import problems
from .declaration import declared_field, declared_table, with_classes
from .model import ApplicationAccess, Dictionary, Table
from .shapes import Shape, either, is_count, is_list, is_table, is_text, is_truth, list_of, record_of, row_of, table_of
from .types import FieldType

OWN_NAME = re.compile(r"(u|x)_[a-z0-9_]+", re.ASCII)
"""How what an instance has of its own is called."""

OWN_TABLE_ACCESS = {"create": False, "update": False}
"""Application Access of a new application table, beyond what every declaration starts from (platform 2.3, D)."""

_TEXTS = list_of(is_text)
_CHOICES = list_of(row_of(is_text, is_text))
_INDEX = either(_TEXTS, record_of({"elements": _TEXTS}, {"unique": is_truth}))
TABLE_KEYS: Mapping[str, Shape] = {
    "label": is_text,
    "plural": is_text,
    "extends": is_text,
    "scope": is_text,
    "audit": is_truth,
    "access": is_table,
    "numbering": is_table,
    "indexes": list_of(_INDEX),
    "labels": table_of(is_text),
    "defaults": table_of(is_text),
    "choices": table_of(_CHOICES),
    "list_columns": _TEXTS,
    "form_sections": list_of(row_of(is_text, _TEXTS)),
    "related_lists": _TEXTS,
    "fields": is_table,
}
FIELD_KEYS: Mapping[str, Shape] = {
    "type": is_text,
    "label": is_text,
    "max_length": is_count,
    "mandatory": is_truth,
    "read_only": is_truth,
    "display": is_truth,
    "reference": is_text,
    "default": is_text,
    "choices": is_list,  # of what is told by a sentence of its own
}
ACCESS_KEYS: Mapping[str, Shape] = dict.fromkeys(ApplicationAccess.__dataclass_fields__, is_truth)
NUMBERING_KEYS: Mapping[str, Shape] = {"prefix": is_text, "first": is_count, "digits": is_count}
_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_TABLE_OF_PROBLEM = re.compile(r"'?([A-Za-z0-9_]+)'?(?:\.([a-z0-9_]+)| mentions ([a-z0-9_.]+))?")
_MISNAMED_FIELD = re.compile(r"'(.+)' cannot be the name of a field of ([a-z0-9_]+)")


def with_tables(known: Dictionary, path: Path) -> Dictionary:
    """The dictionary with what the file adds to it. Raises RefusedToStart that names file and line."""
    return _File(path, known).added()


class _File:
    def __init__(self, path: Path, known: Dictionary) -> None:
        self._path = path
        self._known = known
        check_is_there(path)
        try:
            self._text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RefusedToStart(f"{path} cannot be read", str(error)) from error

    def added(self) -> Dictionary:
        tables = dict(self._known.tables)
        for name, entry in self._entries().items():
            self._check_entry(name, entry)
            tables[name] = self._extended(tables[name], entry) if name in tables else self._new(name, entry)
        found = Dictionary(tables)
        for problem in problems(found):
            self._refuse(problem, *self._place_of(problem))
        for name in tables.keys() - self._known.tables.keys():
            if found.numbering(name) and found.field(name, "number") is None:
                self._refuse(f"{name} is numbered and has no field number", name, "numbering")
        return with_classes(found)

    def _entries(self) -> Mapping[str, Any]:
        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            line = _LINE.search(str(error))
            raise RefusedToStart(
                f"{self._path}, line {line[1] if line else '?'}", _LINE.sub("", str(error)).strip()
            ) from error

    def _new(self, name: str, entry: Mapping[str, Any]) -> Table:
        if "label" not in entry:
            meant = did_you_mean(name, self._known.tables)
            self._refuse(f"{name} is a new table, and has no label{meant and f'.{meant}'}", name)
        return declared_table(name, {**entry, "access": {**OWN_TABLE_ACCESS, **entry.get("access", {})}})

    def _extended(self, table: Table, entry: Mapping[str, Any]) -> Table:
        for key in entry:
            if key != "fields":
                self._refuse(f"{table.name} exists already: fields can be added to it, and nothing else", table.name)
        for element in entry.get("fields", {}):
            if element in self._known.fields(table.name):
                self._refuse(f"{table.name} has a field {element} already", table.name, element)
        fields = entry.get("fields", {}).items()
        added = {element: declared_field(table.name, element, each) for element, each in fields}
        return replace(table, fields={**table.fields, **added})

    def _check_entry(self, name: str, entry: Any) -> None:
        if not isinstance(entry, dict):
            self._refuse(f"{name} stands outside of any table", name)
        for key, why in _wrong(entry, TABLE_KEYS):
            self._refuse(f"{name}: {why}", name, key)
        for keys, part in ((ACCESS_KEYS, "access"), (NUMBERING_KEYS, "numbering")):
            for key, why in _wrong(entry.get(part, {}), keys):
                self._refuse(f"{name}: {why}", name, key or part)
        if "prefix" not in entry.get("numbering", {"prefix"}):
            self._refuse(f"{name}: its numbering has no prefix", name, "numbering")
        for element, field in entry.get("fields", {}).items():
            self._check_field(name, element, field)

    def _check_field(self, table: str, element: str, field: Any) -> None:
        if not isinstance(field, dict):
            self._refuse(f"{table}.{element} is described by a table", table, element)
        for _key, why in _wrong(field, FIELD_KEYS):
            self._refuse(f"{table}.{element}: {why}", table, element)
        if field.get("type", "string") not in {each.value for each in FieldType}:
            self._refuse(f"{table}.{element}: there is no type {field['type']!r}", table, element)
        if not _CHOICES(field.get("choices", [])):
            self._refuse(f"{table}.{element}: a choice is a pair of texts, value and label", table, element)

    def _place_of(self, problem: str) -> tuple[str, str]:
        if misnamed := _MISNAMED_FIELD.match(problem):
            return misnamed[2], misnamed[1]
        found = _TABLE_OF_PROBLEM.match(problem)
        return (found[1], found[2] or found[3] or "") if found else ("", "")

    def _refuse(self, why: str, table: str = "", element: str = "") -> NoReturn:
        end = "" if why.endswith("?") else "."
        raise RefusedToStart(f"{self._path}, line {self._line_of(table, element)}", f"{why}{end}")

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


def _wrong(entry: Any, keys: Mapping[str, Shape]) -> Iterator[tuple[str, str]]:
    """Keys that mean nothing, and values of the wrong kind."""
    if not isinstance(entry, dict):
        yield "", "this is not a table of settings"
        return
    for key, value in entry.items():
        if key not in keys:
            yield key, f"{key} means nothing here; the known names are {', '.join(keys)}"
        elif not keys[key](value):
            yield key, f"{key} has a value of the wrong kind"

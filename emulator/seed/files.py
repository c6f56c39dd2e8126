"""A person's own records from a file: tables and their entries, and where in the file each entry stands.

TOML or JSON, in the form of the files in ``data/``: a table's name, and under it a list of entries.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ...shared.errors import RefusedToStart
from .entries import Entry
from .entry_lines import json_lines, toml_lines

FileOfRecords = tuple[Mapping[str, Sequence[Entry]], Mapping[str, Sequence[str]]]
"""Entries by table, and for each of them ``FILE, line N``."""


def read_file(path: Path) -> FileOfRecords:
    """Raises RefusedToStart that says what is wrong, and where."""
    is_json = path.suffix == ".json"
    try:
        text = path.read_text(encoding="utf-8-sig")
        parsed: Any = json.loads(text, object_pairs_hook=_once) if is_json else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise RefusedToStart(f"{path} cannot be read", f"{error}.") from error
    if not isinstance(parsed, dict):
        raise RefusedToStart(f"{path} holds no tables", 'Write { "TABLE": [ { ... } ] }.')
    for table, entries in parsed.items():
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            form = f'"{table}": [{{…}}]' if is_json else f"[[{table}]]"
            raise RefusedToStart(f"{path} is wrong", f"{table} is not a list of records: write {form}.")
    lines = json_lines(text) if is_json else toml_lines(text)
    places = {table: [f"{path.name}, line {line}" for line in found] for table, found in lines.items()}
    return {table: [_plain(entry) for entry in entries] for table, entries in parsed.items()}, places


def _once(pairs: Sequence[tuple[str, Any]]) -> Mapping[str, Any]:
    """A key that stands twice would lose what stood under the first, which TOML refuses by itself."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{twice} stands twice in one object")
    return found


def _plain(value: Any) -> Any:
    """TOML's own moments as text; one without a zone is UTC, as everything in a seed is."""
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(UTC)).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value

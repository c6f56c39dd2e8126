"""A person's own records from a file: tables and their entries, and where in the file each entry stands.

TOML or JSON, in the form of the files in ``data/``: a table's name, and under it a list of entries.
"""

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ...shared.errors import RefusedToStart
from .records import Entry

Lines = Mapping[str, Sequence[int]]
"""The line in which each entry of a table begins, counted from 1."""

FileOfRecords = tuple[Mapping[str, Sequence[Entry]], Mapping[str, Sequence[str]]]
"""Entries by table, and for each of them ``FILE, line N``."""

_PIECE = re.compile(
    r'"""(?:\\.|[^\\])*?"""' r"|'''.*?'''" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|#[^\n]*|[\w.-]+|[^\w\s]",
    re.DOTALL,
)
"""Strings and comments as a whole, words, and single signs: enough to see in both languages where an entry begins."""


def read_file(path: Path) -> FileOfRecords:
    """Raises RefusedToStart that says what is wrong, and where."""
    text = path.read_text(encoding="utf-8")
    is_json = path.suffix == ".json"
    try:
        parsed: Any = json.loads(text) if is_json else tomllib.loads(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise RefusedToStart(f"{path} cannot be read", f"{error}.") from error
    if not isinstance(parsed, dict):
        raise RefusedToStart(f"{path} holds no tables", 'Write { "TABLE": [ { ... } ] }.')
    for table, entries in parsed.items():
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise RefusedToStart(f"{path} is wrong", f"{table} is not a list of records.")
    lines = json_lines(text) if is_json else toml_lines(text)
    places = {table: [f"{path.name}, line {line}" for line in found] for table, found in lines.items()}
    return {table: [_plain(entry) for entry in entries] for table, entries in parsed.items()}, places


def _plain(value: Any) -> Any:
    """TOML's own moments as text; one without a zone is UTC, as everything in a seed is."""
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(UTC)).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def toml_lines(text: str) -> Lines:
    """The lines of ``[[table]]`` and of each ``{`` in ``table = [``."""
    found: dict[str, list[int]] = defaultdict(list)
    depth, table, before = 0, "", ["", ""]
    for piece, line in _pieces(text):
        if depth == 0 and before == ["[", "["]:
            found[_bare(piece)].append(line)
        if depth == 0 and piece == "=":
            table = _bare(before[1])
        if piece == "{" and depth == 1:
            found[table].append(line)
        depth = _deeper(depth, piece, header=depth == 0 and before[1] != "=")
        before = [before[1], piece]
    return found


def json_lines(text: str) -> Lines:
    """The lines of each ``{`` in ``"table": [``."""
    found: dict[str, list[int]] = defaultdict(list)
    depth, table, before = 0, "", ""
    for piece, line in _pieces(text):
        if depth == 1 and piece == ":":
            table = _bare(before)
        if piece == "{" and depth == 2:
            found[table].append(line)
        depth = _deeper(depth, piece)
        before = piece
    return found


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    line, position = 1, 0
    for match in _PIECE.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        if not match[0].startswith("#"):
            yield match[0], line


def _deeper(depth: int, piece: str, *, header: bool = False) -> int:
    """Brackets of a TOML header open nothing."""
    if piece in "[{" and not header:
        return depth + 1
    return max(0, depth - 1) if piece in "]}" else depth


def _bare(key: str) -> str:
    return key.strip("\"'")

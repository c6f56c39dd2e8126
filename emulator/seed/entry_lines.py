"""Where in a file of records each entry begins; the parsers of TOML and JSON do not tell."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

Lines = Mapping[str, Sequence[int]]
"""The line in which each entry of a table begins, counted from 1."""

_PIECE = re.compile(
    r'"""(?:\\.|[^\\])*?"""' r"|'''.*?'''" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|#[^\n]*|[\w.-]+|[^\w\s]",
    re.DOTALL,
)
"""Strings and comments as a whole, words, and single signs: enough to see in both languages where an entry begins."""


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

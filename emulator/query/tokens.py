"""Cuts the text of a query at its carets and says how each piece is joined to what stands before it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from .nodes import literal

BLANKS = "".join(map(chr, range(0x21)))
"""Around names they are trimmed (rest 4)."""

_PIECES = re.compile(r"(?:[^^]|\^\^)+")
"""Everything up to a single caret. Scanned from the left, so of three carets the first two are the literal one."""

RELATED_LIST = "RLQUERY"
ENCLOSING = {RELATED_LIST: "ENDRLQUERY", "SUBQUERY": "ENDSUBQUERY"}
"""What begins a query of related records, and what ends it."""
JOINED = "JOIN"
"""Begins one that is a single piece, whose own carets are doubled."""


class Joint(Enum):
    """How a piece goes on."""

    AND = auto()
    OR = auto()
    NEW_QUERY = auto()
    GROUP = auto()
    ORDER = auto()
    ORDER_DESCENDING = auto()


@dataclass(frozen=True, slots=True)
class Token:
    joint: Joint
    text: str


_JOINTS = (("NQ", Joint.NEW_QUERY), ("OR", Joint.OR))
_SORTINGS = (
    ("ORDERBYDESC", Joint.ORDER_DESCENDING),
    ("ORDERBY", Joint.ORDER),
    ("GROUPBY", Joint.GROUP),
)
_END = "EQ"


def tokens(text: str) -> Iterator[Token]:
    """The pieces of a query that say something; lazily, so that a limit on their number can stop it early."""
    pieces = _PIECES.finditer(text)
    for match in pieces:
        piece = _plain(match[0])
        joint = Joint.AND
        if not _is_sorting(piece) and match.start():  # only a caret makes OR and NQ out of a name's first letters
            joint, piece = _joint(piece)
        enclosing = next((word for word in ENCLOSING if piece.startswith(word)), None)
        if enclosing is not None:
            yield Token(Joint.AND, _enclosed(enclosing, piece, pieces))
            continue
        if piece.startswith(JOINED):
            joint = Joint.AND
        if joint is Joint.NEW_QUERY:
            yield Token(joint, "")
            joint = Joint.AND
        yield from _token(joint, piece)


def _token(joint: Joint, piece: str) -> Iterator[Token]:
    if piece == _END:
        return
    for word, sorting in _SORTINGS:
        if piece.startswith(word):
            joint, piece = sorting, piece.removeprefix(word).strip(BLANKS)
            break
    if piece.strip(BLANKS):
        yield Token(joint, piece)


def _enclosed(word: str, first: str, following: Iterator[re.Match[str]]) -> str:
    """A query of related records as one text, with single carets inside and its end at the end.

    It is always one condition more: ^OR and ^NQ before it say no more than ^ (a user's report, C). Its end may be
    missing, and it may come as one piece, with all its carets doubled.
    """
    end = ENCLOSING[word]
    if first.rstrip(BLANKS).endswith(f"^{end}"):
        return first.rstrip(BLANKS)
    inside = [literal(first)]
    depth = 1
    for match in following:
        piece = _plain(match[0])
        depth += _opened(word, piece) - (piece.strip(BLANKS) == end)
        if not depth:
            break
        inside.append(match[0])
    return "^".join([*inside, end])


def _opened(word: str, piece: str) -> int:
    for joint, _ in _JOINTS:
        piece = piece.removeprefix(joint)
    return int(piece.startswith(word) and not piece.rstrip(BLANKS).endswith(f"^{ENCLOSING[word]}"))


def _plain(piece: str) -> str:
    return piece.replace("^^", "^").lstrip(BLANKS)


def _joint(piece: str) -> tuple[Joint, str]:
    for word, joint in _JOINTS:
        if piece.startswith(word):
            return joint, piece.removeprefix(word).lstrip(BLANKS)
    return Joint.AND, piece


def _is_sorting(piece: str) -> bool:
    return piece.startswith(("ORDERBY", "GROUPBY"))

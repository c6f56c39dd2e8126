"""Cuts the text of a query at its carets and says how each piece is joined to what stands before it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

BLANKS = "".join(map(chr, range(0x21)))
"""Around names they are trimmed (rest 4)."""

_PIECES = re.compile(r"(?:[^^]|\^\^)+")
"""Everything up to a single caret. Scanned from the left, so of three carets the first two are the literal one."""


class Joint(Enum):
    """How a piece goes on."""

    AND = auto()
    OR = auto()
    NEW_QUERY = auto()
    ORDER = auto()
    ORDER_DESCENDING = auto()


@dataclass(frozen=True, slots=True)
class Token:
    joint: Joint
    text: str


_JOINTS = (("NQ", Joint.NEW_QUERY), ("OR", Joint.OR))
_ORDER = "ORDERBY"
_DESCENDING = "DESC"
_END = "EQ"


def tokens(text: str) -> Iterator[Token]:
    """The pieces of a query that say something; lazily, so that a limit on their number can stop it early."""
    for match in _PIECES.finditer(text):
        piece = match[0].replace("^^", "^").lstrip(BLANKS)
        joint = Joint.AND
        if not _is_order(piece) and match.start():  # only a caret makes OR and NQ out of a name's first letters
            joint, piece = _joint(piece)
        if joint is Joint.NEW_QUERY:
            yield Token(joint, "")
            joint = Joint.AND
        yield from _token(joint, piece)


def _token(joint: Joint, piece: str) -> Iterator[Token]:
    if _is_order(piece):
        joint, piece = Joint.ORDER, piece.removeprefix(_ORDER).strip(BLANKS)
        if piece.startswith(_DESCENDING):
            joint, piece = Joint.ORDER_DESCENDING, piece.removeprefix(_DESCENDING).strip(BLANKS)
    if piece.strip(BLANKS) and piece != _END:
        yield Token(joint, piece)


def _joint(piece: str) -> tuple[Joint, str]:
    for word, joint in _JOINTS:
        if piece.startswith(word):
            return joint, piece.removeprefix(word).lstrip(BLANKS)
    return Joint.AND, piece


def _is_order(piece: str) -> bool:
    return piece.startswith(_ORDER)

"""The text of an encoded query read once more, piece by piece, for the plain interpreter.

A term is ``(kind, text)``: kind ``""`` for a plain one, else RLQUERY, SUBQUERY or JOIN with the rest of it.
"""

from typing import NamedTuple

BLANKS = "".join(map(chr, range(33)))
ENDS = {"RLQUERY": "ENDRLQUERY", "SUBQUERY": "ENDSUBQUERY"}


class TermText(NamedTuple):
    kind: str
    head: str
    inside: str | None = None


class Read(NamedTuple):
    groups: list[list[list[TermText]]]
    orders: list[tuple[str, bool]]


def read(text: str) -> Read:
    """The groups of clauses of terms, and the orders: groupings, then orders, or else what was gone to."""
    groups: list[list[list[TermText]]] = [[]]
    orders: list[tuple[str, bool]] = []
    grouped: list[tuple[str, bool]] = []
    gone_to: list[tuple[str, bool]] = []
    raw_pieces = cut(text)
    number = -1
    while number + 1 < len(raw_pieces):
        number += 1
        raw = raw_pieces[number]
        piece = plain(raw)
        sorting = piece.startswith(("ORDERBY", "GROUPBY"))
        joint = ""
        if number and not sorting and piece[:2] in {"NQ", "OR"}:
            joint, piece = piece[:2], piece[2:].lstrip(BLANKS)
        kind = next((word for word in ("RLQUERY", "SUBQUERY", "JOIN") if piece.startswith(word)), "")
        if kind in ENDS:
            body, number = enclosed(kind, piece, raw_pieces, number)
            groups[-1].append([body])
            continue
        if kind == "JOIN":
            head, mark, inside = piece[4:].partition("!")
            groups[-1].append([TermText("JOIN", head, inside if mark else None)])
            continue
        if joint == "NQ":
            groups.append([])
        if piece.startswith("GROUPBY"):
            if piece[7:].strip(BLANKS):
                grouped.append((piece[7:].strip(BLANKS), False))
        elif piece.startswith("ORDERBY"):
            named = piece[7:].strip(BLANKS)
            descending = named.startswith("DESC") and piece[7:11] == "DESC"
            named = named[4:].strip(BLANKS) if descending else named
            if named:
                orders.append((named, descending))
        elif piece.strip(BLANKS) and piece != "EQ":
            if piece.startswith("GOTO"):
                piece = piece[4:].lstrip(BLANKS)
                name, rest = name_of(piece)
                if rest.startswith("=") and not piece.startswith("123TEXT"):
                    piece = f"{name}>{rest}"
                if piece[len(name) :].lstrip(BLANKS).startswith(">="):
                    gone_to.append((name, False))
            if joint == "OR" and groups[-1]:
                groups[-1][-1].append(TermText("", piece))
            else:
                groups[-1].append([TermText("", piece)])
    return Read(groups, grouped + orders if orders else grouped + gone_to)


def name_of(piece: str) -> tuple[str, str]:
    """The path that a term begins with, and what follows it."""
    for special in ("123TEXTQUERY321", "123TEXTINDEXGROUP321"):
        if piece.startswith(special):
            return special, piece[len(special) :].lstrip(BLANKS)
    end = 0
    while end < len(piece) and piece[end] in "abcdefghijklmnopqrstuvwxyz0123456789_.":
        end += 1
    return piece[:end], piece[end:].lstrip(BLANKS)


def enclosed(kind: str, piece: str, raw_pieces: list[str], number: int) -> tuple[TermText, int]:
    """A query of related records, and the number of the piece that ends it."""
    end = ENDS[kind]
    whole = piece.rstrip(BLANKS)
    if whole.endswith(f"^{end}"):
        head, _, inside = whole[len(kind) : -len(end) - 1].partition("^")
        return TermText(kind, head, inside), number
    inside = []
    depth = 1
    while number + 1 < len(raw_pieces):
        number += 1
        following = plain(raw_pieces[number])
        if following.strip(BLANKS) == end:
            depth -= 1
            if not depth:
                break
        opened = following
        for joint in ("NQ", "OR"):
            opened = opened.removeprefix(joint)
        if opened.startswith(kind) and not opened.rstrip(BLANKS).endswith(f"^{end}"):
            depth += 1
        inside.append(raw_pieces[number])
    head, doubled, more = piece[len(kind) :].partition("^")
    if doubled:
        inside.insert(0, f"^{more}".replace("^", "^^")[1:])
    return TermText(kind, head, "^".join(inside)), number


def plain(raw: str) -> str:
    return raw.replace("^^", "^").lstrip(BLANKS)


def cut(text: str) -> list[str]:
    """Cut at single carets; two stand for one that is meant."""
    pieces = [""]
    position = 0
    while position < len(text):
        if text.startswith("^^", position):
            pieces[-1] += "^^"
            position += 2
        elif text[position] == "^":
            pieces.append("")
            position += 1
        else:
            pieces[-1] += text[position]
            position += 1
    return pieces

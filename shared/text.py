"""What a text may hold."""

import re

_NOWHERE_KEPT = re.compile("[\0\ud800-\udfff]")


def can_be_kept(text: str) -> bool:
    """Whether every database can keep it: no NUL, and no half of a surrogate pair, which is no character."""
    return _NOWHERE_KEPT.search(text) is None


def spelled_out(text: str) -> str:
    """For what is only noted down: the text with its escapes in place of what no database can keep."""
    return _NOWHERE_KEPT.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def what_cannot_be_kept(text: str) -> str:
    """What of it no database can keep, for a sentence; empty where all of it can be kept."""
    found = _NOWHERE_KEPT.search(text)
    if found is None:
        return ""
    return "a NUL character" if found[0] == "\0" else "half of a surrogate pair"


def whole_number(text: str, most: int) -> int | None:
    """What the text writes in ASCII digits and nothing else; None for another text, and for more than ``most``."""
    if not text.isascii() or not text.isdigit() or len(text.lstrip("0")) > len(str(most)):
        return None
    number = int(text)
    return number if number <= most else None

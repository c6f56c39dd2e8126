"""What a text may hold."""

import re

_NOWHERE_KEPT = re.compile("[\0\ud800-\udfff]")


def can_be_kept(text: str) -> bool:
    """Whether every database can keep it: no NUL, and no half of a surrogate pair, which is no character."""
    return _NOWHERE_KEPT.search(text) is None


def spelled_out(text: str) -> str:
    """For what is only noted down: the text with its escapes in place of what no database can keep."""
    return _NOWHERE_KEPT.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

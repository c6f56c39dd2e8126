"""What was seen, as one line of text."""

import re
from collections.abc import Mapping
from typing import Any

BEFORE, AFTER = 80, 240
"""Characters shown around the words that matter."""


def seen(*parts: str) -> str:
    return " · ".join(" ".join(part.split()) for part in parts if part.strip())


def shown(ticket: Mapping[str, Any]) -> str:
    """A ticket as its page tells of it."""
    if ticket["delivery"] == "sent":
        return f"The ticket is sent: {ticket['number']}"
    word = "ServiceNow did not take this ticket" if ticket["delivery"] == "refused" else "The ticket waits"
    return seen(f"{word}: {ticket['error'] or 'not tried yet'}")


def holds(text: str, expected: str) -> bool:
    return " ".join(expected.split()) in " ".join(text.split())


def around(text: str, *expected: str) -> str:
    """The part of a long page that says the first of ``expected`` that it says, below its title; or its beginning."""
    whole = " ".join(text.split())
    said = next((each for each in expected if holds(text, each)), "")
    at = max(whole.rfind(" ".join(said.split())), 0) if said else 0
    start, end = max(at - BEFORE, 0), at + len(said) + AFTER
    cut = whole[start:end]
    if start:
        cut = "…" + re.sub(r"^\S*\s", "", cut)
    return cut if end >= len(whole) else re.sub(r"\s\S*$", "", cut) + "…"

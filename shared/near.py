"""What somebody who mistyped a name may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """A sentence with a blank before it, to go behind another one; empty when no name is near."""
    near = get_close_matches(given.lower(), list(known), 1)
    return f" Did you mean {near[0]}?" if near else ""

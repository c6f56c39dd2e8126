"""``ticketlab case find``: from a pasted error to the cases it fits, and the checks that tell them apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .case import Case
from .registry import all_cases

SHORTEST_WORD = 4
FEWEST_WORDS = 2
"""A single common word is no hint."""


@dataclass(frozen=True)
class Fit:
    """A case that a text fits. ``characters`` are those that its symptom or a pattern explains."""

    case: Case
    characters: int
    words: int


def find(text: str) -> Sequence[Fit]:
    """The cases that fit, best first: by what their symptom or patterns match, then by words they share.

    Only when no pattern matches are words alone enough: a pasted error is better evidence than its vocabulary.
    """
    plain = " ".join(text.split())[:20_000]
    fits = [Fit(case, case.matches(plain), _shared_words(case, plain)) for case in all_cases().values()]
    matched = [fit for fit in fits if fit.characters]
    by_words = max((fit.words for fit in fits), default=0)
    chosen = matched or [fit for fit in fits if fit.words >= max(by_words, FEWEST_WORDS)]
    return sorted(chosen, key=lambda fit: (-fit.characters, -fit.words, fit.case.id))


def _shared_words(case: Case, text: str) -> int:
    told = _words(f"{case.title} {case.differs} {case.symptom}")
    return len(told & _words(text))


def _words(text: str) -> set[str]:
    found = re.findall(r"[a-z0-9_]+", text.lower())
    return {word for word in found if len(word) >= SHORTEST_WORD and word not in COMMON}


COMMON = frozenset(
    {"servicenow", "security", "center", "instance", "that", "this", "with", "from", "have", "been", "says"}
)

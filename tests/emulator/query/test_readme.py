"""The reference of the language names all of it."""

import re
from pathlib import Path

import pytest
from ticketlab.emulator.pages.breadcrumbs import WORDS as IN_WORDS
from ticketlab.emulator.query.calls import _PLAIN
from ticketlab.emulator.query.operators import OPERATORS
from ticketlab.emulator.query.words import CANONICAL, TEXT_FIELDS, WORDS

README = (Path(__file__).parents[3] / "emulator/query/README.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", README, flags=re.DOTALL)))


@pytest.mark.parametrize("word", [*WORDS, "^OR", "^NQ", "EQ", "GOTO", "GROUPBY", "RLQUERY", "SUBQUERY", "JOIN"])
def test_every_operator_is_named_in_the_reference(word):
    """Between backticks, as it is written."""
    assert word in NAMED


@pytest.mark.parametrize("word", [*TEXT_FIELDS, *_PLAIN])
def test_every_call_and_text_search_is_named_in_the_reference(word):
    """With what they are called with."""
    assert any(each.startswith(word) for each in NAMED)


def test_every_word_is_an_operator_and_has_words_for_people():
    """What parses can be looked up, and a list's breadcrumb can say it."""
    assert set(OPERATORS) == set(CANONICAL) == set(WORDS.values())
    assert set(IN_WORDS) == set(CANONICAL)

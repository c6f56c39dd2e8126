"""What a text may hold, and what it may stand for."""

import pytest
from ticketlab.shared.text import can_be_kept, what_cannot_be_kept, whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("1000", 1000),
        ("1001", None),
        ("9" * 5000, None),
        ("", None),
        (" 1", None),
        ("+1", None),
        ("-1", None),
        ("1.0", None),
        ("\u0661", None),
        ("\u00b2", None),
    ],
)
def test_a_whole_number_has_ascii_digits_and_is_no_larger_than_it_may_be(text, number):
    assert whole_number(text, 1000) == number


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Gr\u00fc\u00dfe \U0001f600", ""),
        ("a\0b", "a NUL character"),
        ("\ud83d", "half of a surrogate pair"),
    ],
)
def test_what_no_database_keeps_is_named(text, what):
    assert what_cannot_be_kept(text) == what
    assert can_be_kept(text) is (what == "")

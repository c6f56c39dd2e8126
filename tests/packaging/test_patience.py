"""Tests that wait: long enough on the slowest machine."""

import ast
from collections.abc import Iterator
from pathlib import Path

from patience import HANGING

TESTS = Path(__file__).parents[1]
WAITS = {"wait", "join", "result", "settimeout"}


def short_waits(tree: ast.AST) -> Iterator[int]:
    """The lines of those with a number of their own. Less than a second waits for what must not come."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        given = [each.value for each in call.keywords if each.arg == "timeout"]
        if isinstance(call.func, ast.Attribute) and call.func.attr == "wait_until_ready" and not call.keywords:
            yield call.lineno  # as patient as the command, which somebody watches
        if isinstance(call.func, ast.Attribute) and call.func.attr in WAITS:
            given += call.args
        numbers = [each.value for each in given if isinstance(each, ast.Constant)]
        if any(isinstance(number, int | float) and number >= 1 for number in numbers):
            yield call.lineno


def test_what_has_to_come_is_waited_for_as_long_as_everywhere():
    """A wait of some seconds is a bet on the machine: ``HANGING`` guards against hanging, and is no bet."""
    own = [path for path in sorted(TESTS.rglob("*.py")) if not path.match("clients/*/use*.py")]
    found = [f"{path.relative_to(TESTS)}:{line}" for path in own for line in short_waits(ast.parse(path.read_text()))]
    assert found == [], f"wait for HANGING ({HANGING} s)"

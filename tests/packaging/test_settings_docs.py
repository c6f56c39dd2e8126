"""The settings and their documentation."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTED = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def read_by(app: str) -> set[str]:
    """The variables that an app's settings are read from."""
    source = (ROOT / app / "settings.py").read_text(encoding="utf-8")
    return {f"TICKETLAB_{name}" for name in re.findall(r'env\.\w+\("([A-Z_]+)"', source)}


@pytest.mark.parametrize("app_name", ["emulator", "connector"])
def test_every_setting_stands_in_the_documentation(app_name):
    assert read_by(app_name)
    assert {name for name in read_by(app_name) if f"`{name}`" not in DOCUMENTED} == set()


def test_the_documentation_names_no_setting_that_nobody_reads():
    named = set(re.findall(r"`(TICKETLAB_[A-Z_]+)`", DOCUMENTED))
    assert named == read_by("emulator") | read_by("connector")

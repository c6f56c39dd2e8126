"""What is kept of a TOML file is what the file holds now, whatever became of either."""

import pytest
from ticketlab.shared.toml_files import read_toml

WRITTEN = '[incident]\nlabel = "Störung"\nindexes = [["number"], {elements = ["state"], unique = true}]\n'
HELD = {"incident": {"label": "Störung", "indexes": [["number"], {"elements": ["state"], "unique": True}]}}


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.dont_write_bytecode", False)  # however the tests are run
    made = tmp_path / "tables.toml"
    made.write_text(WRITTEN, encoding="utf-8")
    return made


def kept(file):
    return file.parent / "__pycache__" / "tables.toml.json"


def test_a_file_that_was_read_before_holds_the_same(file):
    assert read_toml(file) == HELD
    assert kept(file).exists()
    assert read_toml(file) == HELD


def test_a_file_that_was_changed_within_the_same_moment_and_to_the_same_length_is_read_anew(file):
    read_toml(file)
    file.write_text(WRITTEN.replace("state", "topic"), encoding="utf-8")
    assert read_toml(file)["incident"]["indexes"][1]["elements"] == ["topic"]


@pytest.mark.parametrize("damage", ["", "{}", "[1, 2]", '["x"]', "\0"])
def test_what_is_kept_may_be_damaged(file, damage):
    read_toml(file)
    kept(file).write_text(damage)
    assert read_toml(file) == HELD


def test_a_folder_that_nothing_can_be_kept_in_is_read_all_the_same(file):
    kept(file).parent.write_text("no folder")
    assert read_toml(file) == HELD

"""A data folder that this process has copied need not be looked at; one that was changed since is."""

import sqlite3
from contextlib import closing

import pytest
from ticketlab.shared.data_folder import copy_data
from ticketlab.shared.errors import RefusedToStart
from ticketlab.shared.soundness import check_soundness


@pytest.fixture
def copied(tmp_path):
    """A database in a copied data folder; the original's second page is damaged, and so is the copy's."""
    original = tmp_path / "original"
    original.mkdir()
    with closing(sqlite3.connect(original / "records.db")) as connection:
        connection.execute("CREATE TABLE ticket (number)")
        connection.execute("INSERT INTO ticket VALUES (1)")
        connection.commit()
    with (original / "records.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"x" * 4096)
    copy_data(original, tmp_path / "copy")
    return tmp_path / "copy" / "records.db"


def test_a_copy_is_taken_for_what_it_is_a_copy_of_once(copied):
    check_soundness(copied)
    with pytest.raises(RefusedToStart):
        check_soundness(copied)


def test_a_log_that_lay_beside_a_copy_is_looked_at(copied):
    copied.with_name(f"{copied.name}-wal").write_bytes(b"x" * 4096)
    with pytest.raises(RefusedToStart, match="-wal is damaged"):
        check_soundness(copied)


def test_a_copy_that_was_changed_is_looked_at(copied):
    with copied.open("r+b") as file:
        file.seek(5000)
        file.write(b"y")
    with pytest.raises(RefusedToStart):
        check_soundness(copied)

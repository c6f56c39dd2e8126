"""Files that are damaged, cut short or gone: refused at the start, never served as if nothing were."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from command_line import run
from ticketlab.connector.testing import engine_of, make_tenant
from ticketlab.emulator import create_app
from ticketlab.emulator.settings import Settings
from ticketlab.emulator.testing import close
from ticketlab.shared import soundness
from ticketlab.shared.errors import RefusedToStart
from ticketlab.shared.soundness import MANY_ROWS, check_soundness


def damage_page(folder: Path) -> None:
    """Overwrite a page in the middle, as a failing disk does."""
    path = folder / "emulator.db"
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(os.urandom(4096))


def damage_header(folder: Path) -> None:
    with (folder / "emulator.db").open("r+b") as file:
        file.write(b"not a database at all")


def cut_short(folder: Path) -> None:
    path = folder / "emulator.db"
    os.truncate(path, path.stat().st_size // 2)


def damage_log(folder: Path) -> None:
    """What was committed last stands in the log only."""
    (folder / "emulator.db-wal").write_bytes(b"\0" * 32 + os.urandom(4096))


def stub_log(folder: Path) -> None:
    (folder / "emulator.db-wal").write_bytes(b"\x37\x7f\x06\x82")


@pytest.mark.attack("S09")
@pytest.mark.parametrize("damage", [damage_page, damage_header, cut_short, damage_log, stub_log])
def test_s09_damaged_files_are_found_at_the_start(folder, damage):
    """The start is refused with a sentence that names the file and says what to do."""
    damage(folder)
    with pytest.raises(RefusedToStart, match=r"emulator\.db.* is damaged.*Put a backup in its place.*--fresh"):
        make_instance_on(folder)


def make_instance_on(folder: Path) -> None:
    close(create_app(Settings(data=folder, log_to_terminal=False)))


def unclean(folder: Path) -> int:
    """Leave a log that was not taken over into the file, as a kill does; returns how many rows were committed."""
    script = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('CREATE TABLE kept (n)'); [c.execute('INSERT INTO kept VALUES (?)', (n,)) for n in range(50)];"
        "os._exit(0)"
    )
    subprocess.run(["python3", "-c", script, folder / "emulator.db"], check=True)
    return 50


def kept(folder: Path) -> list[int]:
    with closing(sqlite3.connect(folder / "emulator.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [n for (n,) in connection.execute("SELECT n FROM kept ORDER BY n")]


@pytest.mark.attack("S09")
def test_s09_without_its_shm_file_everything_committed_is_there(folder):
    """SQLite makes it again from the log."""
    rows = unclean(folder)
    (folder / "emulator.db-shm").unlink()
    make_instance_on(folder)
    assert kept(folder) == list(range(rows))


@pytest.mark.attack("S09")
def test_s09_a_log_cut_in_the_middle_of_a_page_gives_what_was_committed_before(folder):
    """What a crash may leave is no damage: a whole, older state, nothing in between."""
    unclean(folder)
    log = folder / "emulator.db-wal"
    os.truncate(log, log.stat().st_size - 3000)
    make_instance_on(folder)
    rows = kept(folder)
    assert rows == list(range(len(rows)))
    assert 40 < len(rows) < 50


@pytest.mark.attack("S09")
def test_s09_a_sound_database_is_looked_at_within_a_moment(folder, monkeypatch):
    """The start has one second in all: the time is asked for once in 100,000 steps, and few of them are taken."""
    asked = []
    monkeypatch.setattr(soundness, "time", SimpleNamespace(monotonic=lambda: asked.append("") or 0.0))
    check_soundness(folder / "emulator.db")
    assert 1 <= len(asked) < 10


@pytest.mark.attack("S09")
def test_s09_a_large_database_is_looked_at_in_part_and_what_is_damaged_there_is_found(folder):
    """Reading all of it would take the start a minute, from a disk; the table of many rows is passed over."""
    path = folder / "emulator.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE many (content)")
        connection.executemany("INSERT INTO many VALUES (zeroblob(?))", [(7000,)] * (MANY_ROWS + 1000))
        connection.commit()
        (last,) = connection.execute("PRAGMA page_count").fetchone()
        (users,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'sys_user'").fetchone()
    damage_page_number(path, last)
    check_soundness(path)
    damage_page_number(path, users)
    with pytest.raises(RefusedToStart, match=r"emulator\.db is damaged"):
        check_soundness(path)


def damage_page_number(path: Path, number: int) -> None:
    with path.open("r+b") as file:
        file.seek((number - 1) * 4096)
        file.write(os.urandom(4096))


@pytest.mark.attack("S09")
def test_s09_a_damaged_database_is_replaced_by_a_backup_as_documented(folder):
    """Remove the file and its companions, put the copy in place, start; the image of the seed is such a copy, too."""
    backup = folder.with_name("backup.db")
    with (
        closing(sqlite3.connect(folder / "emulator.db")) as source,
        closing(sqlite3.connect(backup)) as target,
    ):
        source.execute("CREATE TABLE mine (x)")
        source.backup(target)
    damage_page(folder)
    with pytest.raises(RefusedToStart):
        make_instance_on(folder)
    for name in ("emulator.db", "emulator.db-wal", "emulator.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(backup, folder / "emulator.db")
    make_instance_on(folder)
    with closing(sqlite3.connect(folder / "emulator.db")) as connection:
        assert connection.execute("SELECT count(*) FROM mine").fetchone() == (0,)


@pytest.mark.attack("S09")
def test_s09_a_database_that_was_removed_comes_back_as_the_seed(folder):
    """Never as an empty one beside the seed's image."""
    for name in ("emulator.db", "emulator.db-wal", "emulator.db-shm"):
        (folder / name).unlink(missing_ok=True)
    make_instance_on(folder)
    with closing(sqlite3.connect(folder / "emulator.db")) as connection:
        assert connection.execute("SELECT count(*) FROM task").fetchone()[0] > 10


@pytest.mark.attack("S09")
def test_s09_a_damaged_tenant_is_refused_too(tmp_path):
    engine_of(make_tenant(tmp_path)).dispose()
    with (tmp_path / "tenant" / "connector.db").open("r+b") as file:
        file.write(b"not a database at all")
    with pytest.raises(RefusedToStart, match=r"connector\.db is damaged"):
        make_tenant(tmp_path)


@pytest.mark.long
@pytest.mark.attack("S09")
def test_s09_the_command_refuses_a_damaged_tenant_in_one_line(data):
    path = data / "connector.db"
    with path.open("r+b") as file:
        file.write(b"not a database at all")
    refused = run("up", "--emulator-port", "0", "--connector-port", "0", "--data", data, cwd=data.parent)
    assert refused.returncode == 2
    (told,) = refused.stderr.strip().splitlines()
    assert str(path) in told
    assert "--fresh" in told

"""A seed image is saved and restored while other connections and processes keep working."""

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, text
from ticketlab.shared import seed_image
from ticketlab.shared.database import install_sqlite, reading, writing
from ticketlab.shared.seed_image import ImageNotPossible, NoSeedImage, restore_image, save_image
from tickets_table import add, make_tickets, numbers


@pytest.fixture
def engine(tmp_path):
    made = create_engine(f"sqlite:///{tmp_path / 'records.db'}")
    install_sqlite(made)
    make_tickets(made)
    yield made
    made.dispose()


@pytest.fixture
def image(tmp_path, engine):
    path = tmp_path / "seed" / "records.db"
    save_image(engine, path)
    return path


def test_a_restored_database_is_what_it_was_when_saved(engine, image):
    add(engine, "later")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE custom (x)"))
    restore_image(engine, image)
    assert numbers(engine) == ["seed"]
    with reading(engine) as connection:
        assert connection.execute(text("SELECT name FROM sqlite_master")).scalars().all() == ["ticket"]


def test_an_image_can_be_restored_again_and_again(engine, image):
    for number in ("a", "b"):
        add(engine, number)
        restore_image(engine, image)
        assert numbers(engine) == ["seed"]


def test_an_image_is_one_file_that_only_its_owner_reads(image):
    """It holds password hashes."""
    assert [each.name for each in image.parent.iterdir()] == [image.name]
    assert image.stat().st_mode & 0o777 == 0o600


def test_a_reader_keeps_its_view_and_a_connection_that_stayed_open_sees_the_seed(engine, image):
    """Nobody has to reconnect, and nobody sees half of it."""
    add(engine, "later")
    with engine.connect() as reader:
        assert reader.execute(text("SELECT count(*) FROM ticket")).scalar() == 2
        restore_image(engine, image)
        assert reader.execute(text("SELECT count(*) FROM ticket")).scalar() == 2
        reader.rollback()
        assert reader.execute(text("SELECT count(*) FROM ticket")).scalar() == 1


WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=20, isolation_level=None)
connection.execute("SELECT * FROM ticket").fetchall()
print("ready", flush=True)
for line in sys.stdin:
    connection.execute("INSERT INTO ticket VALUES (?)", (line.strip(),))
    print("written", flush=True)
"""


def test_another_process_goes_on_writing_to_the_restored_database(engine, image, tmp_path):
    path = str(tmp_path / "records.db")
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "ready\n"
        add(engine, "gone")
        restore_image(engine, image)
        other.stdin.write("from outside\n")
        other.stdin.flush()
        assert other.stdout.readline() == "written\n"
        other.stdin.close()
    assert numbers(engine) == ["seed", "from outside"]
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_restoring_waits_for_a_writer_to_finish(engine, image):
    begun, done = threading.Event(), threading.Event()

    def write():
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO ticket VALUES ('slow')"))
            begun.set()
            done.wait(0.3)

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait()
    restore_image(engine, image)
    writer.join()
    assert numbers(engine) == ["seed"]


def test_restoring_gives_up_on_a_writer_that_never_finishes(engine, image, monkeypatch):
    monkeypatch.setattr(seed_image, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr("ticketlab.shared.database.BUSY_TIMEOUT_MS", 50)
    engine.dispose()  # the next connections have the short timeout
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO ticket VALUES ('stuck')"))
        with pytest.raises(ImageNotPossible):
            restore_image(engine, image)


def test_without_an_image_there_is_nothing_to_return_to(engine, tmp_path):
    with pytest.raises(NoSeedImage):
        restore_image(engine, tmp_path / "none.db")
    assert numbers(engine) == ["seed"]


def test_an_image_replaces_the_one_before(engine, image):
    add(engine, "kept")
    save_image(engine, image)
    add(engine, "gone")
    restore_image(engine, image)
    assert numbers(engine) == ["seed", "kept"]


def test_an_image_may_be_saved_by_several_threads_at_once(engine, image):
    """Each has a file of its own until it is whole; nothing of them is left."""
    with ThreadPoolExecutor(4) as pool:
        for saved in [pool.submit(save_image, engine, image) for _ in range(40)]:
            saved.result()
    assert [each.name for each in image.parent.iterdir()] == [image.name]
    assert image.stat().st_mode & 0o777 == 0o600
    restore_image(engine, image)
    assert numbers(engine) == ["seed"]

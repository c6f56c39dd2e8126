"""A reset of a world in memory puts the file's content back while nobody has it open, and never under somebody."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.database import install_sqlite, reading, watch_file, writing
from ticketlab.shared.seed_image import FileImage
from ticketlab.shared.sole_use import replace_content, use_alone
from ticketlab.shared.web.parts import part_of
from tickets_table import add, make_tickets, numbers

pytestmark = pytest.mark.sqlite

ADMIN = ("admin", "admin")


@pytest.fixture
def engine(tmp_path):
    made = create_engine(f"sqlite:///{tmp_path / 'records.db'}")
    install_sqlite(made, durable=False)
    make_tickets(made)
    watch_file(made, tmp_path / "records.db")
    made.dispose()
    yield made
    made.dispose()


@pytest.fixture
def image(tmp_path, engine):
    path = tmp_path / "seed" / "records.db"
    FileImage(engine, path).save()
    engine.dispose()
    use_alone(engine)
    return path


def test_the_content_is_put_back_while_nobody_has_the_file_open(engine, image):
    for number in ("a", "b"):
        add(engine, number)
        assert replace_content(engine, image)
        assert numbers(engine) == ["seed"]


def test_a_larger_database_shrinks_to_its_image(engine, image):
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO ticket VALUES (hex(zeroblob(500000)))"))
    assert replace_content(engine, image)
    with closing(sqlite3.connect(image)) as kept, closing(sqlite3.connect(engine.url.database)) as now:
        assert list(now.iterdump()) == list(kept.iterdump())
        assert now.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_it_is_left_alone_while_a_connection_of_this_process_reads(engine, image):
    add(engine, "later")
    with reading(engine) as reader:
        assert reader.execute(text("SELECT count(*) FROM ticket")).scalar() == 2
        assert not replace_content(engine, image)
        assert reader.execute(text("SELECT count(*) FROM ticket")).scalar() == 2
    assert numbers(engine) == ["seed", "later"]
    assert replace_content(engine, image)


def test_it_is_left_alone_while_somebody_else_has_read_from_it(engine, image):
    """Another program's connection that this process knows nothing of."""
    add(engine, "later")
    with closing(sqlite3.connect(engine.url.database)) as other:
        assert other.execute("SELECT count(*) FROM ticket").fetchone() == (2,)
        assert not replace_content(engine, image)
    assert numbers(engine) == ["seed", "later"]


def test_it_is_left_alone_where_nobody_has_said_that_this_process_is_alone(engine, tmp_path):
    add(engine, "later")
    FileImage(engine, tmp_path / "image.db").save()
    assert not replace_content(engine, tmp_path / "image.db")


def test_what_reads_during_the_reset_of_a_restored_image_sees_one_state_or_the_other(engine, image):
    """The image falls back to SQLite's own backup, which lets others keep working."""
    add(engine, "later")
    with reading(engine) as reader:
        assert reader.execute(text("SELECT count(*) FROM ticket")).scalar() == 2
        FileImage(engine, image).restore()
        assert reader.execute(text("SELECT count(*) FROM ticket")).scalar() == 2
    assert numbers(engine) == ["seed"]


def test_resets_under_load_leave_a_sound_database_and_fail_nobody():
    """Four threads read and write while a fifth resets: every request is answered, and the file stays whole."""
    instance = make_instance()
    ended, statuses = threading.Event(), set()

    def work():
        client = instance.test_client()
        while not ended.is_set():
            made = client.post("/api/now/table/incident", json={"short_description": "x"}, auth=ADMIN)
            read = client.get("/api/now/table/incident?sysparm_limit=5", auth=ADMIN)
            statuses.update((made.status_code, read.status_code))

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    client = instance.test_client()
    resets = [client.post("/lab/reset", json={}).status_code for _number in range(60)]
    ended.set()
    for thread in threads:
        thread.join()
    assert set(resets) == {200}
    assert statuses == {200, 201}
    client.post("/lab/reset", json={})
    engine = part_of(instance, Gate).store.engine
    with closing(sqlite3.connect(Path(instance.instance_path) / "seed" / "emulator.db")) as seed:
        (kept,) = seed.execute("SELECT count(*) FROM task").fetchone()
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM task")).scalar() == kept
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    close(instance)

"""An image of a PostgreSQL schema is saved and restored while other connections keep working."""

from collections.abc import Iterator
from threading import Thread

import pytest
from engines import engine_on
from served_tenant import wait_until
from sqlalchemy import Engine, create_engine, event, inspect, text
from ticketlab.shared import postgresql as shared_postgresql
from ticketlab.shared.database import reading, writing
from ticketlab.shared.errors import RefusedToStart
from ticketlab.shared.place import Server
from ticketlab.shared.postgresql import engine_options, owning, remove_orphans
from ticketlab.shared.schema_image import SchemaImage
from ticketlab.shared.secret import Secret, masked_address
from ticketlab.shared.seed_image import ImageNotPossible, NoSeedImage
from ticketlab.shared.unavailable import DatabaseUnavailable

SCHEMA = "ticketlab_emulator"


@pytest.fixture(scope="module")
def database(request, tmp_path_factory) -> Iterator[Engine]:
    with engine_on("postgresql", request, tmp_path_factory.mktemp("none")) as engine:
        yield engine


@pytest.fixture
def engine(database) -> Engine:
    """With a parent and a child that points to it, an index, a view, and the image "seed" of all that."""
    run(
        database,
        'DROP SCHEMA ticketlab_emulator CASCADE; DROP SCHEMA IF EXISTS "ticketlab_emulator:seed" CASCADE;'
        "CREATE SCHEMA ticketlab_emulator;"
        "CREATE TABLE b_parent (number text PRIMARY KEY);"
        "CREATE TABLE a_child (id serial PRIMARY KEY, parent text REFERENCES b_parent);"
        "CREATE INDEX by_parent ON a_child (parent);"
        "CREATE VIEW listing AS SELECT number FROM b_parent;"
        "INSERT INTO b_parent VALUES ('seed'); INSERT INTO a_child (parent) VALUES ('seed')",
    )
    image(database).save()
    return database


def image(engine: Engine, name: str = "seed") -> SchemaImage:
    return SchemaImage(engine, SCHEMA, name)


def run(engine: Engine, statement: str) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql(statement)


def numbers(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(text("SELECT number FROM b_parent ORDER BY number")).scalars())


def test_a_restored_schema_is_what_it_was_when_saved(engine):
    """Rows, tables, columns, indexes and views; sequences alone go on."""
    run(
        engine,
        "INSERT INTO b_parent VALUES ('later'); UPDATE a_child SET parent = 'later'; DELETE FROM b_parent WHERE "
        "number = 'seed'; CREATE TABLE custom (x text); ALTER TABLE a_child ADD COLUMN more text;"
        "CREATE UNIQUE INDEX one_each ON a_child (parent); CREATE VIEW more AS SELECT more, x FROM a_child, custom",
    )
    image(engine).restore()
    assert numbers(engine) == ["seed"]
    found = inspect(engine)
    assert set(found.get_table_names()) == {"a_child", "b_parent"}
    assert [column["name"] for column in found.get_columns("a_child")] == ["id", "parent"]
    assert [index["name"] for index in found.get_indexes("a_child")] == ["by_parent"]
    assert found.get_view_names() == ["listing"]
    run(engine, "INSERT INTO a_child (parent) VALUES ('seed')")
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT max(id) FROM a_child")) == 2


def test_an_image_can_be_restored_again_and_again_and_replaced(engine):
    for _ in range(2):
        run(engine, "INSERT INTO b_parent VALUES ('later')")
        image(engine).restore()
        assert numbers(engine) == ["seed"]
    run(engine, "INSERT INTO b_parent VALUES ('later')")
    image(engine).save()
    run(engine, "DELETE FROM b_parent WHERE number = 'later'")
    image(engine).restore()
    assert numbers(engine) == ["later", "seed"]


def test_a_reader_sees_the_old_rows_to_the_end_of_its_transaction(engine):
    """And the restore does not wait for it."""
    run(engine, "INSERT INTO b_parent VALUES ('later')")
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM b_parent")) == 2
        image(engine).restore()
        assert connection.scalar(text("SELECT count(*) FROM b_parent")) == 2
    assert numbers(engine) == ["seed"]


def test_a_restore_that_fails_changes_nothing(engine):
    """One transaction."""
    run(
        engine,
        "CREATE TABLE custom (x text); INSERT INTO b_parent VALUES ('later');"
        "CREATE RULE broken AS ON INSERT TO a_child DO INSTEAD SELECT 1/0",
    )
    with pytest.raises(ImageNotPossible, match="division by zero"):
        image(engine).restore()
    assert numbers(engine) == ["later", "seed"]
    assert "custom" in inspect(engine).get_table_names()


def test_there_is_no_way_back_to_an_image_that_is_not_there(engine):
    """A removed one is gone, and removing it again is no error."""
    other = image(engine, "snapshot:one")
    assert not other.exists()
    with pytest.raises(NoSeedImage):
        other.restore()
    other.save()
    assert other.exists()
    other.remove()
    other.remove()
    assert not other.exists()


def test_a_schema_that_stays_busy_is_reported(engine):
    """A writer that holds it for too long makes the restore give up, and say so."""
    with writing(engine):
        waiting = engine.execution_options()

        @event.listens_for(waiting, "begin", insert=True)
        def _less_patience(connection):
            connection.exec_driver_sql("SET LOCAL lock_timeout = 50")

        with pytest.raises(ImageNotPossible, match="lock timeout"):
            image(waiting).restore()
    image(engine).restore()


def test_rows_that_are_what_they_were_are_not_written_again(engine):
    """Only what differs is put back. An empty text is not nothing."""
    run(
        engine,
        "CREATE TABLE free (name text, size numeric, made timestamp);"
        "INSERT INTO free VALUES ('kept', 1.5, '2020-01-31'), ('changed', NULL, NULL), ('gone', 2, NULL);"
        "INSERT INTO free VALUES (NULL, 0, NULL)",
    )
    image(engine).save()
    content = text("SELECT name, size, made FROM free ORDER BY size, name")
    place = text("SELECT ctid::text FROM free WHERE name = 'kept'")
    with reading(engine) as connection:
        before = connection.execute(content).all(), connection.scalar(place)
    run(
        engine,
        "UPDATE free SET made = now() WHERE name = 'changed'; DELETE FROM free WHERE name = 'gone';"
        "UPDATE free SET name = '' WHERE name IS NULL; INSERT INTO free VALUES ('new', 9, NULL)",
    )
    image(engine).restore()
    with reading(engine) as connection:
        assert (connection.execute(content).all(), connection.scalar(place)) == before


def test_no_error_about_an_address_repeats_its_password(postgresql):
    """Neither for one that cannot be read nor for one where nobody answers."""
    for wrong in (
        "mysql://me:hunter2@db/x",
        "postgresql://me:hunter2@127.0.0.1:1/x?password=hunter2",
        "postgresql://me:hunter2@[::1/x",
        "postgresql://me:hunter2@db:port/x",
        "postgresql://me:hunter2@db",
        postgresql.address("missing").replace("ticketlab@", "ticketlab:hunter2@"),
    ):
        with pytest.raises(RefusedToStart) as refused:
            shared_postgresql.remove_schemas(Server(Secret(wrong)).address.reveal(), "ticketlab")
        assert "hunter2" not in str(refused.value)


def test_a_server_setting_masks_itself():
    server = Server(Secret("postgresql://me:hunter2@db/x?sslpassword=hunter2"))
    assert "hunter2" not in repr(server)
    assert masked_address(server.address.reveal()) == "postgresql://me:***@db/x?sslpassword=***"


def test_removing_a_pairs_schemas_leaves_those_of_others(engine):
    """The images go with them; what has another prefix stays."""
    run(engine, "DROP SCHEMA IF EXISTS other_emulator CASCADE; CREATE SCHEMA other_emulator")
    address = engine.url.render_as_string(hide_password=False)
    shared_postgresql.remove_schemas(address, "ticketlab")
    names = set(inspect(engine).get_schema_names())
    assert "other_emulator" in names
    assert not [name for name in names if name.startswith("ticketlab_emulator")]
    run(engine, "CREATE SCHEMA ticketlab_emulator")


def test_what_killed_pairs_left_is_removed_and_what_somebody_owns_or_uses_is_not(engine):
    address = engine.url.difference_update_query(["application_name"]).render_as_string(hide_password=False)
    orphans = {"exec_aa_emulator", "exec_aa_lab", "exec_aa_emulator:seed"}
    names = {*orphans, "exec_bb_lab", "exec_cc_lab", "exec_cc_emulator", "mine_exec_dd_lab"}
    run(engine, "; ".join(f'CREATE SCHEMA "{name}"' for name in names))
    used = create_engine(**engine_options(address, "exec_cc_lab"))
    with owning(address, "exec_bb"), used.connect():
        remove_orphans(address, "exec_[0-9a-f]+")
        assert names & {*inspect(engine).get_schema_names()} == names - orphans
    used.dispose()

    def are_gone() -> bool:  # once the server has noticed that nobody is connected any more
        remove_orphans(address, "exec_[0-9a-f]+")
        return names & {*inspect(engine).get_schema_names()} == {"mine_exec_dd_lab"}

    wait_until(are_gone)
    run(engine, "DROP SCHEMA mine_exec_dd_lab")


def test_writers_wait_for_one_another_and_see_what_was_committed(engine):
    """A check and the write that relies on it are one: the second writer counts the first one's row."""

    def add() -> None:
        with writing(engine) as connection:
            count = connection.scalar(text("SELECT count(*) FROM b_parent"))
            connection.execute(text("INSERT INTO b_parent VALUES (:name)"), {"name": f"number {count}"})

    threads = [Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers(engine) == [f"number {each}" for each in range(1, 9)] + ["seed"]


def test_a_write_outside_a_writing_transaction_is_never_lost_in_silence(engine):
    """It sees one moment throughout, so a conflict is an error."""
    with engine.connect() as connection, connection.begin():
        connection.scalar(text("SELECT count(*) FROM b_parent"))
        run(engine, "DELETE FROM a_child; UPDATE b_parent SET number = 'other'")
        with pytest.raises(DatabaseUnavailable) as refused:
            connection.execute(text("UPDATE b_parent SET number = 'mine'"))
    assert "could not serialize" in refused.value.reason

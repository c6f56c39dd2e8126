"""A tenant's database of each older version: brought up to date with its data, or left as it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from engines import BACKENDS
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import event, inspect, text
from ticketlab.connector.migrations.commands import with_migrations
from ticketlab.connector.settings import Settings
from ticketlab.connector.start import MIGRATIONS, head, migrate_when_older, seed_image
from ticketlab.connector.testing import close, engine_of, make_tenant
from ticketlab.shared.database import reading
from ticketlab.shared.place import Server
from ticketlab.shared.secret import Secret
from ticketlab.shared.web.parts import part_of

OLDER = [f"{number:04}" for number in range(1, int(head()))]


@pytest.fixture(params=[BACKENDS[0], pytest.param(BACKENDS[1], marks=pytest.mark.long)])
def tenant(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    address = request.getfixturevalue("postgresql").database() if request.param == "postgresql" else ""
    made = with_migrations(make_tenant(tmp_path, database=Server(Secret(address))))
    yield made
    close(made)


def go_back(tenant: Flask, revision: str) -> None:
    with tenant.app_context():
        downgrade(directory=str(MIGRATIONS), revision=revision)


def content(tenant: Flask) -> dict[str, object]:
    """What every version has: the people and where the database stands."""
    with reading(engine_of(tenant)) as connection:
        people = connection.execute(text("SELECT id, upn, name, password_hash FROM directory_user ORDER BY id")).all()
        roles = connection.execute(text("SELECT user_id, role FROM directory_role_member ORDER BY user_id, role")).all()
        return {"people": [tuple(row) for row in people], "roles": [tuple(row) for row in roles]}


def revision_of(tenant: Flask) -> str:
    with reading(engine_of(tenant)) as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


@pytest.mark.attack("S10")
def test_s10_a_database_of_every_older_version_comes_to_the_newest_with_its_data(tenant: Flask):
    before = content(tenant)
    assert before["people"]
    for revision in OLDER:
        go_back(tenant, revision)
        assert revision_of(tenant) == revision
        migrate_when_older(tenant, engine_of(tenant))
        assert revision_of(tenant) == head()
        assert content(tenant) == before


@pytest.mark.attack("S10")
def test_s10_a_step_that_fails_is_rolled_back_with_those_before_it(tenant: Flask):
    """The last statement fails; nothing of any step is left, and the next start does it all."""
    go_back(tenant, "0001")
    engine = engine_of(tenant)
    tables = set(inspect(engine).get_table_names())
    before = content(tenant)

    def fail(_connection, _cursor, statement, *_rest):
        if statement.startswith("UPDATE alembic_version") and head() in str(_rest[0]) + statement:
            raise ValueError("the power is gone")

    event.listen(engine, "before_cursor_execute", fail)
    with pytest.raises(ValueError, match="the power is gone"):
        migrate_when_older(tenant, engine)
    event.remove(engine, "before_cursor_execute", fail)
    assert revision_of(tenant) == "0001"
    assert set(inspect(engine).get_table_names()) == tables
    assert content(tenant) == before
    migrate_when_older(tenant, engine)
    assert revision_of(tenant) == head()


@pytest.mark.attack("S10")
def test_s10_an_older_image_is_brought_up_to_date_when_it_is_restored(tenant: Flask):
    """A reset after an upgrade: the seed was kept by the version before."""
    client = tenant.test_client()
    go_back(tenant, "0002")
    seed_image(part_of(tenant, Settings), engine_of(tenant)).save()
    migrate_when_older(tenant, engine_of(tenant))
    answer = client.post("/lab/reset", json={})
    assert answer.status_code == 200, answer.text
    assert revision_of(tenant) == head()
    assert client.get("/lab/health").status_code == 200

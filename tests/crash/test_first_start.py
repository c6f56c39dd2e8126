"""Starts that meet others or end too early: one set of rows (R14), a whole migration or none (S02)."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from flask_migrate import downgrade
from patience import HANGING
from ticketlab.connector.migrations.commands import with_migrations
from ticketlab.connector.start import MIGRATIONS, head
from ticketlab.connector.testing import engine_of, make_tenant

HOOKS = Path(__file__).parent / "kill_points"
PROCESSES = 4
START = """
import sys
from pathlib import Path
from ticketlab.{app} import create_app
from ticketlab.{app}.settings import Settings
create_app(Settings(data=Path(sys.argv[1]), durable=False, log_to_terminal=False))
"""


def start(app: str, folder: Path, **environment: str) -> subprocess.Popen[bytes]:
    """A process that makes the app and ends; what it writes to standard error is shown by a failing test."""
    return subprocess.Popen(
        [sys.executable, "-c", START.format(app=app), str(folder)],
        env={**os.environ, **environment},
        start_new_session=True,
    )


def counts(database: Path) -> dict[str, int]:
    """How many rows each table has."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608


@pytest.mark.long
@pytest.mark.attack("R14")
@pytest.mark.parametrize(("which", "database"), [("emulator", "emulator.db"), ("connector", "connector.db")])
def test_r14_four_processes_that_start_first_at_once_seed_one_set_of_rows(tmp_path, which, database):
    """As many rows as after one alone, in every table, and all four are ready."""
    alone = start(which, tmp_path / "alone")
    assert alone.wait(HANGING) == 0
    together = [start(which, tmp_path / "together") for _ in range(PROCESSES)]
    for each in together:
        assert each.wait(HANGING) == 0
    assert counts(tmp_path / "together" / database) == counts(tmp_path / "alone" / database)


@pytest.mark.long
@pytest.mark.attack("S02")
def test_s02_a_migration_that_is_killed_has_changed_nothing_and_is_done_at_the_next_start(tmp_path):
    """The last step is undone first; the process dies right after its table was made."""
    tenant = with_migrations(make_tenant(tmp_path))
    with tenant.app_context():
        downgrade(directory=str(MIGRATIONS), revision="0003")
    engine_of(tenant).dispose()
    folder, armed = tmp_path / "tenant", tmp_path / "armed"
    armed.touch()
    killed = start("connector", folder, PYTHONPATH=str(HOOKS), KILL_AT="after table made", KILL_WHEN=str(armed))
    assert killed.wait(HANGING) < 0
    assert not armed.exists()
    assert revision(folder) == "0003"
    assert "pending_revocation" not in counts(folder / "connector.db")
    again = start("connector", folder)
    assert again.wait(HANGING) == 0
    assert revision(folder) == head()
    assert "pending_revocation" in counts(folder / "connector.db")


def revision(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "connector.db")) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])

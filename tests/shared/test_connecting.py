"""What a person is told whom PostgreSQL does not let in: what is wrong, where, and what to do, in one line."""

import shlex
import subprocess

import psycopg
import pytest
from command_line import run
from postgresql import USER, Postgresql, binaries
from ticketlab.shared.connecting import connected
from ticketlab.shared.errors import RefusedToStart

PASSWORD = "hunter2"


def refusal_of(address: str) -> str:
    with pytest.raises(RefusedToStart) as refused, connected(address):
        pass
    told = str(refused.value)
    assert "psycopg" not in told
    assert PASSWORD not in told
    assert "\n" not in told
    return told


@pytest.fixture(name="guarded", scope="module")
def _guarded(postgresql: Postgresql) -> Postgresql:
    """A server with a user who needs a password, one whom it shuts out, and one who may make nothing."""
    for user in ("locked", "shut", "guest"):
        postgresql.execute(f"CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}!'")
    rules = postgresql.folder / "data" / "pg_hba.conf"
    rules.write_text(f"local all locked scram-sha-256\nlocal all shut reject\n{rules.read_text()}")
    postgresql.execute("SELECT pg_reload_conf()")
    return postgresql


def test_a_missing_database_is_told_with_the_command_that_makes_it(postgresql: Postgresql):
    """The address as it was typed; and the command does make it."""
    address = postgresql.address("not_yet")
    told = refusal_of(address)
    assert told.startswith(f"There is no database {address}: Create it with createdb ")
    command = shlex.split(told.rpartition("Create it with ")[2])
    subprocess.run([binaries() / command[0], *command[1:]], check=True)
    with connected(address) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("not_yet",)
    postgresql.remove(address)


@pytest.mark.parametrize(
    "address", ["postgresql://me:hunter2@127.0.0.1:1/x", "postgres://me@/x?host=/nowhere&password=hunter2"]
)
def test_a_server_that_does_not_run_is_told_so(address: str):
    told = refusal_of(address)
    assert told.startswith(f"No PostgreSQL server answers at {address.replace(PASSWORD, '***')}")
    assert "systemctl start postgresql" in told


def test_a_host_that_is_none_is_told_so():
    assert refusal_of("postgresql://me@nowhere.invalid/x").startswith("There is no such host: postgresql://me@nowhere")


def test_wrong_and_missing_passwords_are_told_with_where_they_go(guarded: Postgresql):
    for password, what in ((f":{PASSWORD}", "The password for"), ("", "A password is needed for")):
        told = refusal_of(guarded.address("postgres").replace(USER, f"locked{password}", 1))
        assert told.startswith(f"{what} postgresql://locked")
        assert "PGPASSWORD" in told


def test_users_whom_the_server_does_not_know_or_let_in_are_told_so(guarded: Postgresql):
    assert "createuser" in refusal_of(guarded.address("postgres").replace(USER, "nobody", 1))
    assert "pg_hba.conf" in refusal_of(guarded.address("postgres").replace(USER, "shut", 1))


def test_a_user_who_may_make_no_schema_is_told_how_to_be_allowed(guarded: Postgresql):
    address = guarded.database().replace(USER, "guest", 1)
    with pytest.raises(RefusedToStart, match='GRANT CREATE ON DATABASE "world'), connected(address) as connection:
        connection.execute("CREATE SCHEMA mine")
    with psycopg.connect(address) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE SCHEMA mine")


def test_the_command_tells_it_in_one_line_and_ends_with_2(postgresql: Postgresql, tmp_path):
    free = ("--emulator-port", "0", "--connector-port", "0")
    told = run("up", *free, "--database", postgresql.address("not_yet"), "--data", str(tmp_path), cwd=tmp_path)
    assert told.returncode == 2
    assert told.stderr.count("\n") == 1
    assert "createdb" in told.stderr

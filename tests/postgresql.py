"""A PostgreSQL server for tests: started once a session from Debian's binaries, gone with it.

``postgresql``   the running server; ``postgresql.database()`` makes an empty database and returns its address

No test waits for the disk: fsync is off, and the data are thrown away.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from itertools import count
from pathlib import Path

import psycopg
import pytest
from patience import HANGING

USER = "ticketlab"
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "min_wal_size": "32MB",
    "max_locks_per_transaction": "256",
    "listen_addresses": "",
    "log_min_messages": "fatal",
}


def binaries() -> Path:
    """The folder of the newest server that Debian's packages have installed, or of one on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if on_path is None:
        pytest.fail("PostgreSQL's server is missing: sudo apt-get install postgresql")
    return Path(on_path).resolve().parent


class Postgresql:
    """A server of the test session's own, on a socket in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names = (f"world_{number}" for number in count(1))
        self._process: subprocess.Popen[bytes] | None = None

    @cached_property
    def _run_as(self) -> list[str]:
        """The server refuses to run as root; Debian's package brings a user for it.

        It ends with these tests, however they end.
        """
        user = ["--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.getuid() == 0 else []
        return ["setpriv", *user, "--pdeathsig", "INT"]

    @cached_property
    def _collation(self) -> list[str]:
        """A language's, as people's servers have, from 15 on: the collation "C" would hide what needs it said."""
        told = subprocess.run([binaries() / "initdb", "--help"], check=True, capture_output=True, text=True).stdout
        return ["--locale-provider", "icu", "--icu-locale", "en-US"] if "--icu-locale" in told else []

    def initialise(self) -> None:
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        subprocess.run(
            [
                *self._run_as,
                binaries() / "initdb",
                *("--pgdata", self.folder / "data", "--username", USER, "--auth", "trust"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8", *self._collation, "--no-sync", "--no-instructions"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
        )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._run_as, binaries() / "postgres", "-D", self.folder / "data", "-k", self.folder, *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,  # a Ctrl-C at the tests' terminal lets their worlds end first
            )
        end = time.monotonic() + HANGING
        while True:
            try:
                psycopg.connect(self.address("postgres")).close()
            except psycopg.OperationalError:
                if time.monotonic() > end or self._process.poll() is not None:
                    pytest.fail(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}")
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """Without waiting for clients."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """As a crash would: with all its processes, and without a word to anybody."""
        if self._process is not None:
            backends = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
            for pid in (self._process.pid, *map(int, backends)):  # each leads a group of its own
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(HANGING)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def address(self, database: str) -> str:
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def database(self, template: str = "template1") -> str:
        """Make a database, empty or a copy of the one that ``template`` (its address) leads to; returns its address."""
        name = next(self._names)
        source = template.partition("@/")[2].partition("?")[0] or template
        self.execute(f'CREATE DATABASE {name} TEMPLATE "{source}"')
        return self.address(name)

    def remove(self, address: str) -> None:
        name = address.partition("@/")[2].partition("?")[0]
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_postgresql() -> Iterator[Postgresql]:
    """A server in a folder of its own under /tmp: a socket's path may be 107 bytes long, and pytest's are longer."""
    folder = Path(tempfile.mkdtemp(prefix="ticketlab-pg-", dir="/tmp"))
    server = Postgresql(folder)
    try:
        server.initialise()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    with running_postgresql() as server:
        yield server

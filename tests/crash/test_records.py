"""An instance killed while it writes records: what it acknowledged is there once, and nothing is half there."""

import os
import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Self

import psycopg
import pytest
import requests
from patience import HANGING
from postgresql import binaries, running_postgresql
from served_tenant import wait_until
from sqlalchemy import make_url
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.command.server import Server

TABLE = "/api/now/table/incident"
AUTH = ("admin", "admin")
WRITERS = 50
HOOKS = Path(__file__).parent / "kill_points"


@pytest.fixture
def folder(tmp_path) -> Path:
    """Seeded already, so that a server starts at once."""
    close(make_instance(tmp_path / "kept"))
    return tmp_path / "kept"


class Writers:
    """Create incidents until they are stopped, and keep the correlation id of each that was acknowledged."""

    def __init__(self, url: str, writers: int = WRITERS) -> None:
        self._url = url
        self.acknowledged: dict[str, str] = {}
        self.statuses: Counter[int] = Counter()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(n,)) for n in range(writers)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(HANGING)

    def _write(self, number: int) -> None:
        each = 0
        with requests.Session() as session:
            session.auth = AUTH
            while not self._stopping.is_set():
                each += 1
                mark = f"{os.urandom(4).hex()}-{number}-{each}"
                try:
                    answer = session.post(self._url + TABLE, json={"correlation_id": mark}, timeout=HANGING)
                except requests.RequestException:
                    time.sleep(0.05)
                    continue
                self.statuses[answer.status_code] += 1
                if answer.status_code == 201:
                    self.acknowledged[mark] = answer.json()["result"]["number"]

    def wait_for(self, count: int) -> None:
        end = time.monotonic() + HANGING
        while len(self.acknowledged) < count:
            assert time.monotonic() < end, f"{len(self.acknowledged)} of {count}: {self.statuses}"
            time.sleep(0.02)


def kept(url: str) -> dict[str, str]:
    """The records of the writers, by correlation id; each is there once, and so is its number."""
    query = {
        "sysparm_query": "correlation_idISNOTEMPTY",
        "sysparm_fields": "correlation_id,number",
        "sysparm_limit": "9999999",
    }
    rows = requests.get(url + TABLE, params=query, auth=AUTH, timeout=HANGING).json()["result"]
    found = {row["correlation_id"]: row["number"] for row in rows}
    assert len(found) == len(rows) == len(set(found.values()))
    return found


def kill(server: Server) -> None:
    os.killpg(server.pid, signal.SIGKILL)


@pytest.mark.long
@pytest.mark.attack("S01")
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_s01_instance_killed_under_fifty_writers_keeps_what_it_acknowledged(request, instance_server, folder, backend):
    """Round after round: every acknowledged record is there, none twice, the file is sound.

    The checklist's hundred take some minutes on a quiet machine: ``pytest --rounds 100``.
    """
    rounds = request.config.getoption("--rounds")
    where = {} if backend == "sqlite" else {"database": request.getfixturevalue("postgresql").database()}
    acknowledged: dict[str, str] = {}
    for number in range(rounds):
        server = instance_server(data=folder, durable="true", workers=2, **where)
        found = kept(server.url)
        assert acknowledged.items() <= found.items()
        with Writers(server.url) as writers:
            writers.wait_for(100 + 37 * (number % 8))
            kill(server)
        acknowledged |= writers.acknowledged
        assert set(writers.statuses) == {201}
        if not where:
            with closing(sqlite3.connect(folder / "emulator.db")) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(acknowledged) >= 100 * rounds


@pytest.mark.attack("S02")
@pytest.mark.parametrize(
    ("point", "is_there"), [pytest.param("after record written", False, marks=pytest.mark.long), ("after commit", True)]
)
def test_s02_create_killed_leaves_the_whole_record_or_nothing(
    instance_server, folder, tmp_path, monkeypatch, point, is_there
):
    """Record, journal, audit and number are one; the next create goes on counting without a gap."""
    armed = tmp_path / "armed"
    monkeypatch.setenv("PYTHONPATH", str(HOOKS))
    monkeypatch.setenv("KILL_AT", point)
    monkeypatch.setenv("KILL_WHEN", str(armed))
    url = instance_server(data=folder).url
    body = {"correlation_id": "one", "work_notes": "a note"}
    before = requests.post(url + TABLE, json={}, auth=AUTH, timeout=HANGING).json()["result"]["number"]
    armed.touch()
    with pytest.raises(requests.ConnectionError):
        requests.post(url + TABLE, json=body, auth=AUTH, timeout=HANGING)
    monkeypatch.setenv("KILL_AT", "")
    again = instance_server(data=folder).url
    assert len(kept(again)) == int(is_there)
    journal = requests.get(
        f"{again}/api/now/table/sys_journal_field?sysparm_query=value=a note", auth=AUTH, timeout=HANGING
    )
    assert len(journal.json()["result"]) == int(is_there)
    after = requests.post(again + TABLE, json={}, auth=AUTH, timeout=HANGING).json()["result"]["number"]
    assert int(after[3:]) - int(before[3:]) == 1 + int(is_there)


@pytest.mark.long
@pytest.mark.attack("S11")
def test_s11_postgresql_killed_under_writers_loses_nothing_and_is_found_again(instance_server, tmp_path):
    """While it is away the answer is 503; the pool recovers by itself, and what was acknowledged is there."""
    with running_postgresql() as server:
        url = instance_server(data=tmp_path / "kept", durable="true", database=server.database()).url
        acknowledged: dict[str, str] = {}
        for _ in range(3):
            with Writers(url, 8) as writers:
                writers.wait_for(50)
                server.kill()
                wait_until(lambda: requests.get(f"{url}/lab/health", timeout=HANGING).status_code == 503)
                server.start()
                back = len(writers.acknowledged)
                writers.wait_for(back + 50)
            assert set(writers.statuses) <= {201, 503}
            acknowledged |= writers.acknowledged
        assert acknowledged.items() <= kept(url).items()
        assert requests.get(f"{url}/lab/health", timeout=HANGING).status_code == 200


@pytest.mark.attack("S12")
def test_s12_backup_taken_under_load_is_a_whole_state(instance_server, folder, tmp_path):
    """What was acknowledged before it is in it; the restored instance counts on and repeats no number."""
    url = instance_server(data=folder).url
    with Writers(url, 8) as writers:
        writers.wait_for(40)
        before = dict(writers.acknowledged)
        with closing(sqlite3.connect(folder / "emulator.db")) as source:
            (tmp_path / "backup").mkdir()
            with closing(sqlite3.connect(tmp_path / "backup" / "emulator.db")) as target:
                source.backup(target)
        after = len(writers.acknowledged)
        writers.wait_for(after + 20)
    restore_keys(folder, tmp_path / "backup")
    check_restored(instance_server(data=tmp_path / "backup").url, before)


@pytest.mark.long
@pytest.mark.attack("S12")
def test_s12_dump_taken_under_load_is_a_whole_state(instance_server, postgresql, tmp_path):
    """The same with PostgreSQL's own tools, as documented."""
    address = postgresql.database()
    dump = tmp_path / "ticketlab.dump"
    url = instance_server(data=tmp_path / "kept", database=address).url
    with Writers(url, 8) as writers:
        writers.wait_for(40)
        before = dict(writers.acknowledged)
        subprocess.run([binaries() / "pg_dump", "-Fc", f"--file={dump}", f"--dbname={address}"], check=True)
    restored = postgresql.database()
    subprocess.run([binaries() / "pg_restore", f"--dbname={restored}", dump], check=True)
    (tmp_path / "other").mkdir()
    restore_keys(tmp_path / "kept", tmp_path / "other")
    check_restored(instance_server(data=tmp_path / "other", database=restored).url, before)
    name = make_url(address).database
    with psycopg.connect(restored) as connection:
        assert connection.execute("SELECT current_database()").fetchone() != (name,)


def restore_keys(source: Path, target: Path) -> None:
    """The keys are part of a backup."""
    subprocess.run(["cp", "-r", source / "keys", target / "keys"], check=True)


def check_restored(url: str, before: dict[str, str]) -> None:
    found = kept(url)
    assert before.items() <= found.items()
    made = requests.post(url + TABLE, json={}, auth=AUTH, timeout=HANGING).json()["result"]["number"]
    assert made not in found.values()
    assert int(made[3:]) == max(int(number[3:]) for number in found.values()) + 1

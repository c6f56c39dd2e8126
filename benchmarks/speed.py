"""The instance beside its limit: requests a second, latencies, memory, and the ratio of the two.

``make bench``, or ``python benchmarks/speed.py [--sizes 10000,1000000] [--rounds 5] [--json FILE] [--keep FOLDER]``.
Each server is one process on one core, the load comes from another over 8 connections; the rounds take turns, so what
slows the machine slows all of them. The goals stand in report.py. Writing a million records takes minutes: ``--keep``
has them written once. On Linux. With ``--database postgresql://…`` the instance alone is measured, on that database.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import limit
from flask import Flask
from load import Figures, Request, run
from processes import children, resident
from report import Row, growth, rows_of, show
from ticketlab.emulator import create_app
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.identity.keys import InstanceKey
from ticketlab.emulator.oauth.registration import create_client
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.settings import Settings
from ticketlab.emulator.testing import close
from ticketlab.shared import postgresql
from ticketlab.shared.command.ports import Port
from ticketlab.shared.place import Server
from ticketlab.shared.secret import Secret
from ticketlab.shared.web.parts import part_of

SERVER_CORE, LOAD_CORE = 0, 1
WRITERS = 32
PAGE_LATER = 1.5
TOTAL_LATER = 5.0
"""Bounds of an indexed page, and of its total, at the largest size in times of the smallest."""

QUERY = "state=-4^priority=3^ORDERBYDESCsys_created_on"
JSON_BODY = b'{"short_description":"Measured","priority":"3","description":"Written by the benchmark."}'
JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
GRANT = "glide.oauth.inbound.client.credential.grant_type.enabled"


@dataclass(frozen=True)
class World:
    """An instance's data, and what a client needs to use it."""

    data: Path
    token: str
    client: str
    secret: str
    record: str
    """A change request's sys_id."""
    database: Server

    @property
    def bearer(self) -> tuple[str, str]:
        return "Authorization", f"Bearer {self.token}"


def seeded(folder: Path, size: int, database: Server, kept: Path | None) -> Flask:
    """An instance in ``folder``; its seed comes from the folder ``kept``, or is kept there for the next run."""
    began = time.perf_counter()
    settings = Settings(data=folder, seed=f"bulk:{size}", database=database, log_to_terminal=False)
    if kept is not None:
        source = kept / str(size)
        if not (source / "seed" / "emulator.db").exists():  # it is written last
            close(create_app(replace(settings, data=source)))
        shutil.copytree(source, folder)
    app = create_app(settings)
    print(f"{size:>9,} change requests after {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return app


def make_world(app: Flask, folder: Path, database: Server) -> World:
    """Let a client into the instance."""
    gate = part_of(app, Gate)
    system = Caller.system()
    admin = gate.record("sys_user", system).query("user_name=admin", fields=["sys_id"]).rows[0].sys_id
    client = create_client(gate, part_of(app, InstanceKey), name="bench", redirect_url="http://localhost/", user=admin)
    gate.record("sys_properties", system).insert({"name": GRANT, "value": "true"})
    record = gate.record("change_request", system).query("number=CHG0030500", fields=["sys_id"]).rows[0].sys_id
    body = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": client.secret}
    answered = app.test_client().post("/oauth_token.do", data=body)
    assert answered.status_code == 200, answered.text
    token = answered.json["access_token"]
    if not database:
        limit.prepare(str(folder / "emulator.db"), token, client.client_id, client.secret)
    return World(folder, token, client.client_id, client.secret, record, database)


Found = dict[str, dict[str, list[Figures]]]
"""What was seen, by operation and server, a run each."""


def of_instance(world: World) -> Mapping[str, Request]:
    fields = ",".join(limit.PAGE_FIELDS)
    query = f"sysparm_query={quote(QUERY, safe='=^')}&sysparm_limit=20&sysparm_fields={fields}"
    page = f"/api/now/table/change_request?{query}"
    grant = f"grant_type=client_credentials&client_id={world.client}&client_secret={quote(world.secret)}".encode()
    return {
        "get one": Request("GET", f"/api/now/table/change_request/{world.record}", (world.bearer,)),
        "list": Request("GET", f"{page}&sysparm_no_count=true", (world.bearer,)),
        "list and total": Request("GET", page, (world.bearer,)),
        "create": Request(
            "POST", "/api/now/table/change_request", (world.bearer, ("Content-Type", "application/json")), JSON_BODY
        ),
        "token": Request("POST", "/oauth_token.do", (FORM,), grant),
    }


def of_limit(world: World) -> Mapping[str, Request]:
    grant = f"client_id={world.client}&client_secret={quote(world.secret)}".encode()
    return {
        "get one": Request("GET", f"/get/{world.record}", (world.bearer,)),
        "list": Request("GET", "/list?state=-4&priority=3", (world.bearer,)),
        "list and total": Request("GET", "/list?state=-4&priority=3&count=1", (world.bearer,)),
        "create": Request("POST", "/create", (world.bearer, JSON), JSON_BODY),
        "token": Request("POST", "/token", (FORM,), grant),
    }


@contextmanager
def served(command: list[str], port: Port, environment: Mapping[str, str], probe: Request) -> Iterator[int]:
    """A server process on its core; gives its process id once it answers."""
    port.close()
    pinned = ["taskset", "--cpu-list", str(SERVER_CORE), sys.executable, *command]
    process = subprocess.Popen(pinned, env={**os.environ, **environment}, start_new_session=True)  # noqa: S603
    try:
        end = time.monotonic() + 60
        while not _responds(port.number, probe):
            assert time.monotonic() < end, f"{command} does not answer"
            assert process.poll() is None, f"{command} has ended"
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


def _responds(port: int, probe: Request) -> bool:
    try:
        return "200" in run(port, probe, 0, connections=1).statuses
    except OSError:
        return False


def measure(
    world: World, rounds: int, seconds: float
) -> tuple[dict[str, dict[str, list[Figures]]], float, dict[str, Any]]:
    """Every operation on every server in turn; the instance's resident megabytes; what many writers saw."""
    file = str(world.data / "emulator.db")
    asked = {"instance": of_instance(world)}
    if not world.database:
        asked |= {"core": of_limit(world), "raw": of_limit(world)}
    ports = {name: Port("127.0.0.1", 0) for name in asked}
    here = str(Path(__file__).parent / "limit.py")
    environment = {"TICKETLAB_DATA": str(world.data), "TICKETLAB_PORT": str(ports["instance"].number)}
    environment |= {"TICKETLAB_EMULATOR_URL": ports["instance"].url, "TICKETLAB_LOG_TO_TERMINAL": "false"}
    environment |= {"TICKETLAB_DATABASE": world.database.address.reveal()}
    environment |= {"TICKETLAB_DATABASE_SCHEMA": world.database.prefix}
    commands = {name: [here, name, file, str(ports[name].number)] for name in asked}
    commands["instance"] = ["-P", "-m", "ticketlab.shared.command.serve", "emulator"]
    found: Found = defaultdict(lambda: defaultdict(list))
    with ExitStack() as stack:
        pids = {
            name: stack.enter_context(served(commands[name], ports[name], environment, asked[name]["get one"]))
            for name in asked
        }
        for turn in range(rounds + 1):
            for operation in asked["instance"]:
                for name in asked:
                    figures = run(ports[name].number, asked[name][operation], seconds if turn else 0.5)
                    if turn:
                        found[operation][name].append(figures)
            print(f"round {turn} of {rounds}", file=sys.stderr)
        writers = run(ports["instance"].number, asked["instance"]["create"], seconds * 2, connections=WRITERS)
        worker = children(pids["instance"])[0]
        seen = {**writers.statuses, "p50 ms": round(writers.percentile(50)), "p99 ms": round(writers.percentile(99))}
        return found, resident(worker), seen


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", default="10000,1000000")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=2.0)
    options.add_argument("--json", type=Path)
    options.add_argument("--keep", type=Path, metavar="FOLDER", help="where seeds in SQLite are kept from run to run")
    options.add_argument("--database", default="", help="postgresql://USER@HOST/DATABASE")
    given = options.parse_args()
    os.sched_setaffinity(0, {LOAD_CORE % (os.cpu_count() or 1)})
    by_size: dict[int, Sequence[Row]] = {}
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="ticketlab-bench-") as folder:
        for size in map(int, given.sizes.split(",")):
            database = Server(Secret(given.database), f"bench_{size}")
            data = Path(folder) / str(size)
            world = make_world(seeded(data, size, database, None if database else given.keep), data, database)
            found, memory, writers = measure(world, given.rounds, given.seconds)
            if database:
                postgresql.remove_schemas(given.database, database.prefix)
            by_size[size] = rows_of(found)
            results[str(size)] = {"operations": by_size[size], "worker MB": memory, "32 writers": writers}
            show(size, by_size[size], memory, writers)
    if len(by_size) > 1:
        results["growth"] = growth(by_size)
        bounds = f"a page at most {PAGE_LATER}, with its total {TOTAL_LATER}"
        print(f"\nfrom the smallest to the largest: {results['growth']} ({bounds})")
    if given.json:
        given.json.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()

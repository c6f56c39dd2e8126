"""``ticketlab up``: two servers, from the first look at the data folder to the last process gone."""

import os
import random
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from command_line import processes_using, run, running, start, wait_until_none_uses
from patience import HANGING
from served_tenant import wait_until

FREE = ("--emulator-port", "0", "--connector-port", "0")


def one_line(text: str) -> str:
    """The only line of a refusal."""
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    assert lines[0].startswith("ticketlab: ")
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--bogus",), "--bogus"),
        (("--workers", "0"), "--workers"),
        (("--workers", "many"), "--workers"),
        (("--emulator-port", "65536"), "--emulator-port"),
        (("--seed", "full"), "bulk:N"),
        (("--seed", "mine.toml"), "There is no file mine.toml: It was looked for in /"),
        (("--tables", "mine.toml"), "There is no file mine.toml: It was looked for in /"),
        (("--release", "zanzibar"), "zanzibar"),
        (("--host", "192.0.2.1"), "192.0.2.1"),
        (("--host", "0.0.0.0"), "demo accounts"),  # noqa: S104 - refused
        (("more",), "more"),
    ],
)
def test_bad_option_gets_one_line_and_exit_code_2(arguments: tuple[str, ...], named: str, tmp_path: Path):
    """What cannot be done is said in one clear line on standard error that names it, and nothing keeps running."""
    refused = run("up", *FREE, "--data", tmp_path / "data", *arguments, cwd=tmp_path)
    assert refused.returncode == 2, refused.stderr
    assert refused.stdout == ""
    assert named in one_line(refused.stderr)
    assert wait_until_none_uses(tmp_path / "data") == []


def test_bad_option_given_by_the_environment_is_refused_alike(tmp_path: Path):
    """Each option is also a variable, and a wrong one is named."""
    refused = run("up", cwd=tmp_path, TICKETLAB_WORKERS="none")
    assert refused.returncode == 2
    assert "TICKETLAB_WORKERS" in one_line(refused.stderr)


@pytest.mark.parametrize("option", ["--emulator-port", "--connector-port"])
def test_port_in_use_gets_one_line_and_exit_code_2(option: str, tmp_path: Path):
    """A port that somebody listens on is refused before any server starts."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = run("up", *FREE, option, port, "--data", tmp_path / "data", cwd=tmp_path)
    assert refused.returncode == 2
    assert f"Port {port} on 127.0.0.1" in one_line(refused.stderr)
    assert processes_using(tmp_path / "data") == []


def test_unwritable_folder_gets_one_line_and_exit_code_2(tmp_path: Path):
    """A data folder that cannot be made is named with the system's reason."""
    (tmp_path / "file").write_text("in the way")
    refused = run("up", *FREE, "--data", tmp_path / "file" / "data", cwd=tmp_path)
    assert refused.returncode == 2
    assert str(tmp_path / "file" / "data") in one_line(refused.stderr)


def test_folder_of_a_running_pair_is_refused(data: Path):
    """One pair a data folder: the second is told where the first is."""
    with running(data) as first:
        refused = run("up", *FREE, "--data", data, cwd=data.parent)
        assert refused.returncode == 2
        assert first.facts["connector"] in one_line(refused.stderr)


def test_ready_line_tells_where_both_are_and_an_interrupt_stops_them(data: Path):
    """``--json`` prints one line once both answer; Ctrl-C stops both cleanly and leaves no process."""
    with running(data) as up:
        assert set(up.facts) == {"emulator", "connector", "instance", "tenant", "data", "database", "tls", "tls_ca"}
        assert up.facts["data"] == str(data)
        for address in (up.facts["emulator"], up.facts["connector"]):
            assert requests.get(f"{address}/lab/health", timeout=HANGING).json()["database"] == "ok"
        assert len(processes_using(data)) == 4  # a supervisor and a worker for each
        assert up.interrupt() == 0
        assert up.process.stdout.read() == ""
    assert wait_until_none_uses(data) == []


def test_welcome_tells_addresses_accounts_first_steps_and_data(data: Path):
    """A person reads where both are, who may sign in, what to do first and where the data is."""
    with start(data, as_json=False) as process:
        text = "".join(lines_until(process, "Ctrl-C stops both"))
        process.terminate()
        process.wait(HANGING)
    for told in ("http://127.0.0.1:", "secadmin@contoso", "password admin", "1.", "2.", "3.", str(data)):
        assert told in text


def welcomed(data: Path, *arguments: str) -> str:
    """What a person is told by a start, which is then ended."""
    told: list[str] = []
    with start(data, *arguments, as_json=False) as process:
        while "Ctrl-C stops both" not in "".join(told[-1:]) and (line := process.stdout.readline()):
            told.append(line)
        process.terminate()
    return "".join(told)


def test_a_file_of_records_that_was_changed_since_is_told_to_be_without_effect(tmp_path: Path):
    """Whoever edits it and starts again would look for the change in vain."""
    data, file = tmp_path / "data", tmp_path / "records.toml"
    file.write_text('[[incident]]\nshort_description = "One"\n')
    kept = "The data was there before, made with --seed"
    assert kept not in welcomed(data, "--seed", str(file))  # new data
    file.write_text('[[incident]]\nshort_description = "Two"\n')
    assert f"{kept} {file}" in welcomed(data, "--seed", str(file))
    assert kept not in welcomed(data, "--seed", str(file), "--fresh")


def test_second_run_keeps_the_data_and_fresh_removes_it_but_not_the_keys(tmp_path: Path):
    """Data lives from run to run; ``--fresh`` starts over with the same keys. A first start leaves no log to read."""
    data = tmp_path / "data"
    with running(data) as up:
        made = requests.post(
            f"{up.facts['emulator']}/api/now/table/incident",
            json={"short_description": "kept over a restart"},
            auth=("admin", "admin"),
            timeout=HANGING,
        ).json()["result"]["sys_id"]
        up.interrupt()
        assert up.process.stderr.read() == ""
    keys = {file.name: file.read_bytes() for file in (data / "keys").iterdir()}

    def status_of(address: str) -> int:
        return requests.get(
            f"{address}/api/now/table/incident/{made}", auth=("admin", "admin"), timeout=HANGING
        ).status_code

    with running(data) as up:
        assert status_of(up.facts["emulator"]) == 200
        up.interrupt()
    with running(data, "--fresh") as up:
        assert status_of(up.facts["emulator"]) == 404
    assert {file.name: file.read_bytes() for file in (data / "keys").iterdir()} == keys


@pytest.mark.parametrize("killed", [0, 1])
def test_server_that_dies_takes_the_other_along_and_its_last_lines_are_shown(killed: int, data: Path):
    """Half a pair is of no use: the command stops the rest, shows what the dead one wrote, and ends with 1."""
    with running(data) as up:
        supervisors = [pid for pid in pids_using(data) if parent_of(pid) == up.process.pid]
        os.kill(supervisors[killed], signal.SIGKILL)
        assert up.process.wait(HANGING) == 1
        assert "has stopped" in up.process.stderr.read()
    assert wait_until_none_uses(data) == []


def test_command_that_is_killed_leaves_no_server(data: Path):
    """Even ``kill -9`` of the command ends both servers: they hold its pipe."""
    with running(data) as up:
        up.process.kill()
        up.process.wait()
        assert wait_until_none_uses(data) == []


def test_secret_is_in_no_argument(data: Path):
    """The lab key reaches the servers through their environment; a list of processes does not show it."""
    with running(data, TICKETLAB_LAB_KEY="not-for-others"):
        commands = processes_using(data)
        assert len(commands) == 4
        assert not any("not-for-others" in command for command in commands)


def test_several_workers_serve_one_database(data: Path):
    """With two workers each server has two processes that answer, over one healthy database."""
    with running(data, "--workers", "2") as up:
        assert len(processes_using(data)) == 6
        for _ in range(6):
            assert requests.get(f"{up.facts['emulator']}/lab/health", timeout=HANGING).status_code == 200
        up.interrupt()
    for name in ("emulator.db", "connector.db"):
        assert sqlite3.connect(data / name).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def interrupted(data: Path, wait: Callable[[], object]) -> None:
    """Start, wait, interrupt the whole process group as a terminal does, and look for the rest.

    The first moments belong to the interpreter, which dies of the signal itself, or of its own start (exit code 1).
    What comes after them is told by test_interrupts.py.
    """
    with start(data) as process:
        wait()
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=HANGING)
        of_the_interpreter = {-signal.SIGINT, 1} if "cli.py" not in told else set()
        assert process.returncode in {0, 130, *of_the_interpreter}, told
    assert wait_until_none_uses(data) == []


def test_interrupt_while_starting_leaves_no_process(data: Path):
    """Ctrl-C before both answer ends both, too."""
    interrupted(data, lambda: wait_until(lambda: bool(processes_using(data))))


@pytest.mark.long
def test_20_interrupts_in_a_row_leave_no_process(data: Path):
    """At whatever moment the interrupt comes, nothing stays: 20 times, from before the first server to long after."""
    for _ in range(20):
        interrupted(data, lambda: time.sleep(random.uniform(0.05, 2.5)))  # noqa: S311 - a moment, no secret


def lines_until(process: subprocess.Popen, last: str) -> Iterator[str]:
    for line in process.stdout:
        yield line
        if last in line:
            return


def pids_using(data: Path) -> list[int]:
    marker = f"TICKETLAB_DATA={data}\0".encode()
    return [
        int(entry.name)
        for entry in Path("/proc").glob("[0-9]*")
        if (entry / "environ").exists() and marker in _environment(entry) + b"\0"
    ]


def _environment(entry: Path) -> bytes:
    try:
        return (entry / "environ").read_bytes()
    except OSError:
        return b""


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])

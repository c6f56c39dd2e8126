"""``status``, ``reset`` and ``exec``: a running pair, and one for a program."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import requests
from command_line import TICKETLAB, own_environment, run, running
from patience import HANGING
from served_tenant import wait_until
from servers import RunningPair
from ticketlab.shared.command.options import PairOptions
from ticketlab.shared.command.up import Ready
from ticketlab.shared.command.welcome import welcome

ASK = """
import json, os, urllib.request
names = ("TICKETLAB_EMULATOR_URL", "TICKETLAB_CONNECTOR_URL")
print(json.dumps([json.load(urllib.request.urlopen(os.environ[name] + "/lab/health")) for name in names]))
raise SystemExit(7)
"""


def test_status_tells_health_of_both(pair: RunningPair, tmp_path: Path):
    """One line an app, for people; one line of JSON for programs; exit code 0 when both answer."""
    told = run("status", cwd=tmp_path, **pair.addresses)
    assert told.returncode == 0
    assert pair.emulator_url in told.stdout
    assert "orlando" in told.stdout
    facts = json.loads(run("status", "--json", cwd=tmp_path, **pair.addresses).stdout)
    assert facts["emulator"]["release"] == "orlando"
    assert facts["connector"]["database"] == "ok"


def test_status_ends_with_1_when_nothing_answers(tmp_path: Path):
    """A pair that is not there is said to be not there."""
    told = run("status", "--emulator", "http://127.0.0.1:9", "--connector", "http://127.0.0.1:9", cwd=tmp_path)
    assert told.returncode == 1
    assert told.stdout.count("does not answer") == 2


def test_status_tells_one_app_from_the_other(pair: RunningPair, tmp_path: Path):
    """Whose addresses are given the wrong way round hears it, where everything else would only fail."""
    told = run("status", "--emulator", pair.connector_url, "--connector", pair.emulator_url, cwd=tmp_path)
    assert told.returncode == 1
    assert f"{pair.connector_url} is the tenant, not the instance" in told.stdout
    assert f"{pair.emulator_url} is the instance, not the tenant" in told.stdout


def test_an_option_that_exec_does_not_have_is_no_command(tmp_path: Path):
    told = run("exec", "--workrs", "2", "--", "true", cwd=tmp_path)
    assert told.returncode == 2
    assert "No such option '--workrs'. Did you mean '--workers'?" in told.stderr


def test_status_finds_the_pair_of_the_data_folder(tmp_path: Path):
    """Without addresses the pair last started on ``--data`` is meant."""
    with running(tmp_path / ".ticketlab") as up:
        told = run("status", cwd=tmp_path)
        assert up.facts["emulator"] in told.stdout
        assert told.returncode == 0


def test_who_is_given_a_connected_pair_is_not_told_to_connect_it():
    """Neither at the first start nor at one that keeps the data."""
    for ready in (
        Ready(PairOptions(seed="connected"), "http://a", "http://b"),
        Ready(PairOptions(), "http://a", "http://b", kept_seed="connected"),
    ):
        told = "\n".join(welcome(ready, "ticketlab"))
        assert "  1. Open http://b/securescore" in told
        assert "checklist" not in told
        assert "ticketlab connect" not in told


def test_a_pair_on_another_folder_is_told_with_the_commands_that_find_it(tmp_path: Path):
    """The commands of the welcome run as they stand; one that finds no pair says how to name its folder."""
    data = tmp_path / "two words"
    told = "\n".join(welcome(Ready(PairOptions(data=data), "http://127.0.0.1:1", "http://127.0.0.1:2"), "ticketlab"))
    assert f"`ticketlab connect --data '{data}'` does steps 1 and 2" in told
    assert "`ticketlab connect` does" in "\n".join(welcome(Ready(PairOptions(), "http://a", "http://b"), "ticketlab"))
    nothing_there = {"TICKETLAB_EMULATOR_URL": "http://127.0.0.1:9", "TICKETLAB_CONNECTOR_URL": "http://127.0.0.1:9"}
    lost = run("connect", cwd=tmp_path, **nothing_there)
    assert "use --data if its data folder is another one" in lost.stderr


@pytest.mark.parametrize("arguments", [("-1h",), ("--", "-1h"), ("--json", "-1h")])
def test_the_clock_goes_back_by_a_negative_duration(pair: RunningPair, tmp_path: Path, arguments):
    """``-1h`` is no option, and no -h that asks for help."""
    run("clock", "advance", "1h", cwd=tmp_path, **pair.addresses)
    back = run("clock", "advance", *arguments, cwd=tmp_path, **pair.addresses)
    assert back.returncode == 0, back.stderr
    shown = json.loads(run("clock", "show", "--json", cwd=tmp_path, **pair.addresses).stdout)
    assert [round(each["offset_seconds"]) for each in shown.values()] == [0, 0]
    assert "Usage:" in run("clock", "advance", "-h", cwd=tmp_path).stdout
    assert run("clock", "advance", "1h", "--dta", "x", cwd=tmp_path).returncode == 2


def test_address_that_is_none_gets_one_line_and_exit_code_2(tmp_path: Path):
    """An address without a scheme is refused before anything is asked."""
    refused = run("reset", "--emulator", "localhost:8080", cwd=tmp_path)
    assert refused.returncode == 2
    assert len(refused.stderr.strip().splitlines()) == 1


def test_reset_puts_both_back_to_the_seed(pair: RunningPair, tmp_path: Path):
    """What was made since the start is gone in both apps."""
    incidents = f"{pair.emulator_url}/api/now/table/incident"
    made = requests.post(incidents, json={"short_description": "gone soon"}, auth=("admin", "admin"), timeout=HANGING)
    sys_id = made.json()["result"]["sys_id"]
    done = run("reset", "--json", cwd=tmp_path, **pair.addresses)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"emulator": pair.emulator_url, "connector": pair.connector_url, "seed": "demo"}
    assert requests.get(f"{incidents}/{sys_id}", auth=("admin", "admin"), timeout=HANGING).status_code == 404


def test_reset_changes_nothing_when_only_half_of_the_pair_answers(pair: RunningPair, tmp_path: Path):
    """Both or none: the tenant is asked before the instance is reset."""
    incidents = f"{pair.emulator_url}/api/now/table/incident"
    made = requests.post(incidents, json={"short_description": "stays"}, auth=("admin", "admin"), timeout=HANGING)
    sys_id = made.json()["result"]["sys_id"]
    failed = run("reset", "--emulator", pair.emulator_url, "--connector", "http://127.0.0.1:9", cwd=tmp_path)
    assert failed.returncode == 1
    assert requests.get(f"{incidents}/{sys_id}", auth=("admin", "admin"), timeout=HANGING).status_code == 200


def test_exec_runs_a_program_with_a_fresh_pair_and_ends_with_its_exit_code(tmp_path: Path):
    """The program finds both addresses in its environment; its exit code is the command's; the data is gone."""
    done = run("exec", "--", sys.executable, "-c", ASK, cwd=tmp_path)
    assert done.returncode == 7, done.stderr
    assert [app["database"] for app in json.loads(done.stdout)] == ["ok", "ok"]
    assert list(tmp_path.iterdir()) == []


def test_exec_of_a_program_that_is_not_there_gets_one_line_and_exit_code_2(tmp_path: Path):
    """A misspelt program is named."""
    refused = run("exec", "--", "no-such-program", cwd=tmp_path)
    assert refused.returncode == 2
    assert "no-such-program" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("at_work", [False, True])
def test_exec_that_is_interrupted_ends_its_program_and_its_pair(at_work: bool, tmp_path: Path):
    """Whether the pair was still starting or the program was at work: Ctrl-C leaves nothing of either."""
    mark = f"TICKETLAB_TEST={tmp_path}"

    def processes() -> list[Path]:
        return [entry for entry in Path("/proc").glob("[0-9]*") if mark in _environment(entry)]

    with subprocess.Popen(
        [*TICKETLAB, "exec", "--", "sh", "-c", "echo ready; exec sleep 1000"],
        cwd=tmp_path,
        env=own_environment(TICKETLAB_TEST=str(tmp_path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
    ) as command:
        if at_work:
            assert command.stdout.readline() == b"ready\n"
        else:
            wait_until(lambda: len(processes()) > 1)
        os.killpg(command.pid, signal.SIGINT)
        assert command.wait(HANGING) != 0
    wait_until(lambda: not processes())


def test_exec_removes_the_folder_of_one_that_was_killed(tmp_path: Path):
    """And none that somebody uses."""
    with subprocess.Popen(
        [*TICKETLAB, "exec", "--", "sh", "-c", "echo ready; exec sleep 100"],
        cwd=tmp_path,
        env=own_environment(TMPDIR=str(tmp_path)),
        stdout=subprocess.PIPE,
        process_group=0,
    ) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == b"ready\n"
        (left,) = tmp_path.glob("ticketlab-exec-*")
        assert run("exec", "--", "true", cwd=tmp_path, TMPDIR=str(tmp_path)).returncode == 0
        assert left.exists()
        os.killpg(command.pid, signal.SIGKILL)

    def removed() -> bool:  # once its servers are gone
        assert run("exec", "--", "true", cwd=tmp_path, TMPDIR=str(tmp_path)).returncode == 0
        return not left.exists()

    wait_until(removed)


@pytest.mark.long
def test_exec_removes_the_schemas_of_one_that_was_killed(postgresql, tmp_path: Path):
    address = postgresql.database()
    arguments = [*TICKETLAB, "exec", "--database", address, "--seed", "empty", "--"]
    with subprocess.Popen(
        [*arguments, "sh", "-c", "echo ready; exec sleep 100"],
        cwd=tmp_path,
        env=own_environment(),
        stdout=subprocess.PIPE,
        process_group=0,
    ) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == b"ready\n"
        os.killpg(command.pid, signal.SIGKILL)
    schemas = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'exec\\_%'"
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'exec\\_%'"
    with psycopg.connect(address, autocommit=True) as connection:
        assert connection.execute(schemas).fetchone() != (0,)
        wait_until(lambda: connection.execute(sessions).fetchone() == (0,))
        assert run(*arguments[len(TICKETLAB) :], "true", cwd=tmp_path).returncode == 0
        assert connection.execute(schemas).fetchone() == (0,)


def _environment(entry: Path) -> str:
    try:
        return (entry / "environ").read_bytes().decode(errors="replace")
    except OSError:
        return ""

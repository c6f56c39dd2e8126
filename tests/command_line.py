"""The command ``ticketlab`` as a person runs it: a process of its own, its two outputs, its exit code."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from patience import HANGING

TICKETLAB = [sys.executable, "-m", "ticketlab.shared.command"]


def own_environment(**more: str) -> dict[str, str]:
    """The environment without anything that is meant for another pair."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TICKETLAB_")}
    return {**kept, **more}


def run(*arguments: str | Path, cwd: Path, seconds: float = HANGING, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [*TICKETLAB, *map(str, arguments)],
        cwd=cwd,
        env=own_environment(**environment),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def run_shell(document: str, **environment: str) -> subprocess.CompletedProcess:
    """Run the shell blocks of a document in one shell, in order; the first line that fails ends it."""
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", document, re.DOTALL))
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=HANGING,
        check=False,
    )


@dataclass
class Running:
    """``ticketlab up --json`` on free ports."""

    process: subprocess.Popen
    facts: dict[str, str]

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send the signal to the command alone and wait for its end; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(HANGING)


def start(data: Path, *arguments: str, as_json: bool = True, **environment: str) -> subprocess.Popen:
    """Start ``up`` on free ports, in a process group of its own as a terminal does."""
    form = ["--json"] if as_json else []
    return subprocess.Popen(
        [*TICKETLAB, "up", *form, "--emulator-port", "0", "--connector-port", "0", "--data", data, *arguments],
        cwd=data.parent,
        env=own_environment(**environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )


@contextmanager
def running(data: Path, *arguments: str, **environment: str) -> Iterator[Running]:
    with start(data, *arguments, **environment) as process:
        try:
            line = process.stdout.readline()
            if not line:
                raise AssertionError(f"up ended with {process.wait()}: {process.stderr.read()}")
            yield Running(process, json.loads(line))
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(HANGING)


def processes_using(data: Path) -> list[str]:
    """The command lines of the living processes whose settings name this data folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment = (entry / "environ").read_bytes()
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if f"TICKETLAB_DATA={data}\0".encode() in environment + b"\0" and state != "Z":
            found.append(command.replace(b"\0", b" ").decode())
    return found


def wait_until_none_uses(data: Path) -> list[str]:
    """Wait for the last process of a pair to go; returns those that stayed."""
    end = time.monotonic() + HANGING
    while (found := processes_using(data)) and time.monotonic() < end:
        time.sleep(0.05)
    return found

"""How long ``ticketlab up`` takes until both apps answer, and how much memory its processes hold.

``make bench``, or ``python benchmarks/start.py [ROUNDS]``. The bounds: 1.0 s when data exists, 3 s on a first start;
110 MB a worker, 30 MB its supervisor. On Linux.

Each round also starts the floor (floor.py): two bare Flask apps that import the same libraries under the same server.
Beside the seconds stands what all processes together have used of the processors, which a busy machine changes less.
"""

import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from processes import children, family, processor_seconds, resident
from ticketlab.shared.command.ready import answers

COMMAND = [str(Path(sys.executable).parent / "ticketlab"), "up", "--json"]
FLOOR = [sys.executable, str(Path(__file__).with_name("floor.py"))]
APPS = ("emulator", "connector")


@dataclass(frozen=True)
class Start:
    seconds: float
    """From the command until both apps answer."""
    processor: float
    """Seconds that all processes together have used by then."""
    memory: dict[str, float] = field(default_factory=dict)
    """Resident megabytes by process."""


def product(data: Path, ports: Sequence[int]) -> Start:
    began = time.perf_counter()
    emulator_port, connector_port = map(str, ports)
    command = [*COMMAND, "--emulator-port", emulator_port, "--connector-port", connector_port, "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as up:  # noqa: S603
        assert up.stdout is not None
        json.loads(up.stdout.readline())
        found = Start(time.perf_counter() - began, sum(map(processor_seconds, family(up.pid))), memory_below(up.pid))
        up.send_signal(signal.SIGINT)
    return found


def memory_below(command: int) -> dict[str, float]:
    """Supervisors are children of the command, workers their children."""
    found = {}
    for supervisor in children(command):
        app = Path(f"/proc/{supervisor}/cmdline").read_bytes().split(b"\0")[-2].decode()
        found[f"{app} supervisor"] = resident(supervisor)
        for worker in children(supervisor):
            found[f"{app} worker"] = resident(worker)
    return found


def floor(numbers: Sequence[int]) -> Start:
    ports = dict(zip(APPS, numbers, strict=True))
    began = time.perf_counter()
    with ExitStack() as stack:
        servers = [stack.enter_context(running([*FLOOR, name, str(port)])) for name, port in ports.items()]
        while not all(answers("127.0.0.1", port) for port in ports.values()):
            time.sleep(0.01)
        seconds = time.perf_counter() - began
        used = sum(processor_seconds(pid) for server in servers for pid in family(server.pid))
        sizes = {
            f"{name} worker": resident(children(server.pid)[0]) for name, server in zip(ports, servers, strict=True)
        }
    return Start(seconds, used, sizes)


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.terminate()


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in held]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled
    first, later, bare = [], [], []
    ports = free_ports(len(APPS))  # a pair that starts again has its addresses of last time
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        for _ in range(rounds):
            shutil.rmtree(data, ignore_errors=True)
            first.append(product(data, ports))
            later.append(product(data, ports))
            bare.append(floor(ports))
    show("first start", first, "at most 3 s")
    show("start with data", later, "at most 1 s")
    show("two bare apps", bare, "the floor")
    for process, size in later[-1].memory.items():
        beside = bare[-1].memory.get(process)
        print(f"{process:<22} {size:6.1f} MB{f', a bare one {beside:.1f} MB' if beside else ''}")


def show(name: str, starts: list[Start], bound: str) -> None:
    seconds, used = [each.seconds for each in starts], [each.processor for each in starts]
    print(
        f"{name:<16} median {statistics.median(seconds):.2f} s, best {min(seconds):.2f} s; "
        f"processors {statistics.median(used):.2f} s, best {min(used):.2f} s ({bound})"
    )


if __name__ == "__main__":
    main()

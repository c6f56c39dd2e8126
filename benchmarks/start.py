"""How long ``ticketlab up`` takes until both apps answer, and how much memory its processes hold.

``make bench``, or ``python benchmarks/start.py ROUNDS``. The bounds: 1.0 s when data exists, 3 s on a first start;
110 MB a worker, 30 MB its supervisor. On Linux.
"""

import json
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = [str(Path(sys.executable).parent / "ticketlab"), "up", "--json"]
FREE_PORTS = ["--emulator-port", "0", "--connector-port", "0"]


def start(data: Path) -> tuple[float, dict[str, float]]:
    """One start: the seconds until the ready line, and each process's resident megabytes."""
    began = time.perf_counter()
    command = [*COMMAND, *FREE_PORTS, "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as up:  # noqa: S603
        assert up.stdout is not None
        json.loads(up.stdout.readline())
        seconds = time.perf_counter() - began
        memory = resident(up.pid)
        up.send_signal(signal.SIGINT)
    return seconds, memory


def resident(command: int) -> dict[str, float]:
    """Supervisors are children of the command, workers their children."""
    found = {}
    for supervisor in children(command):
        app = Path(f"/proc/{supervisor}/cmdline").read_bytes().split(b"\0")[-2].decode()
        found[f"{app} supervisor"] = megabytes(supervisor)
        for worker in children(supervisor):
            found[f"{app} worker"] = megabytes(worker)
    return found


def children(pid: int) -> list[int]:
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]


def megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        first, later = [], []
        memory: dict[str, float] = {}
        for _ in range(rounds):
            shutil.rmtree(data, ignore_errors=True)
            first.append(start(data)[0])
        for _ in range(rounds):
            seconds, memory = start(data)
            later.append(seconds)
    for name, figures, bound in (("first start", first, 3.0), ("start with data", later, 1.0)):
        print(f"{name:<16} median {statistics.median(figures):.2f} s, best {min(figures):.2f} s (bound {bound} s)")
    for process, size in memory.items():
        print(f"{process:<22} {size:6.1f} MB")


if __name__ == "__main__":
    main()

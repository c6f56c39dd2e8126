"""How long a test waits for a fresh world, and for a reset, in memory and on files.

``make bench``, or ``python benchmarks/worlds.py [--rounds 200] [--json FILE]``. The bounds, as medians: a fresh
instance in memory 10 ms, its reset 5 ms, a fresh one on files 30 ms. Beside each median stands the processor's share of
it: on a busy machine that is what counts.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from ticketlab.connector.testing import make_tenant
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.kit import world

ADMIN = ("admin", "admin")
Step = Callable[[], object]


def use(instance: Flask) -> None:
    """What a test might do: it leaves a record, and what the app has compiled for it stays in use."""
    answer = instance.test_client().post("/api/now/table/incident", json={"short_description": "x"}, auth=ADMIN)
    assert answer.status_code == 201, answer.text


def measured(rounds: int, step: Step, between: Step = lambda: None) -> dict[str, float]:
    """Medians in milliseconds; ``between`` is done before each step and not counted."""
    wall, processor = [], []
    for _ in range(rounds):
        between()
        began, busy = time.perf_counter(), time.process_time()
        step()
        wall.append(time.perf_counter() - began)
        processor.append(time.process_time() - busy)
    return {"ms": _milliseconds(wall), "processor_ms": _milliseconds(processor)}


def _milliseconds(seconds: list[float]) -> float:
    return round(statistics.median(seconds) * 1000, 2)


def fresh_in_memory(rounds: int) -> dict[str, float]:
    """From closing a used world to the next test's own."""
    held = [make_instance()]

    def step() -> None:
        close(held.pop())
        held.append(make_instance())

    found = measured(rounds, step, lambda: use(held[0]))
    close(held[0])
    return found


def reset_in_memory(rounds: int) -> dict[str, float]:
    instance = make_instance()
    client = instance.test_client()
    found = measured(rounds, lambda: client.post("/lab/reset", json={}), lambda: use(instance))
    close(instance)
    return found


def fresh_on_files(rounds: int) -> dict[str, float]:
    """An app made anew, on files of its own."""
    with tempfile.TemporaryDirectory() as folder:
        names = iter(range(rounds + 1))
        close(make_instance(Path(folder) / str(next(names))))
        return measured(rounds, lambda: close(make_instance(Path(folder) / str(next(names)))))


def fresh_tenant(rounds: int) -> dict[str, float]:
    close(make_tenant())
    return measured(rounds, lambda: close(make_tenant()))


def served_pair(rounds: int) -> dict[str, float]:
    """Both apps of the test kit, answering on their ports."""

    @contextmanager
    def both() -> Iterator[None]:
        with world() as made:
            assert made.security_center.lab.health()
            yield

    def step() -> None:
        with both():
            pass

    step()
    return measured(rounds, step)


MEASURED: dict[str, tuple[Callable[[int], dict[str, float]], float | None]] = {
    "a fresh instance in memory": (fresh_in_memory, 10),
    "its reset by the lab": (reset_in_memory, 5),
    "a fresh instance on files": (fresh_on_files, 30),
    "a fresh tenant in memory": (fresh_tenant, None),
    "a fresh pair of the test kit, served": (served_pair, None),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found = {}
    for name, (measure, bound) in MEASURED.items():
        each = found[name] = measure(given.rounds)
        told = f", at most {bound} ms" if bound else ""
        print(f"{name}: {each['ms']:.1f} ms (processor {each['processor_ms']:.1f} ms){told}", flush=True)
    if given.json:
        given.json.write_text(json.dumps({"rounds": given.rounds, "medians": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()

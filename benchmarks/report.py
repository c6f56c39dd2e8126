"""The benchmark's figures as a table, and as rows for a program."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from load import Figures

GOALS = {"get one": 0.5, "list": 0.6, "create": 0.5, "token": 0.4}
"""The least ratio of the instance to its limit."""

Row = Mapping[str, Any]


def rows_of(found: Mapping[str, Mapping[str, Sequence[Figures]]]) -> list[Row]:
    """A row an operation: medians over the runs, and the median of the ratios of runs that followed each other."""
    rows = []
    for operation, servers in found.items():
        row: dict[str, Any] = {"operation": operation, "goal": GOALS.get(operation)}
        for name, runs in servers.items():
            row[f"{name} requests/s"] = round(statistics.median(each.rate for each in runs))
            row[f"{name} p50 ms"] = round(statistics.median(each.percentile(50) for each in runs), 2)
            row[f"{name} p99 ms"] = round(statistics.median(each.percentile(99) for each in runs), 2)
            row[f"{name} statuses"] = dict(sum((each.statuses for each in runs), start=type(runs[0].statuses)()))
        if "core" in servers:
            pairs = zip(servers["instance"], servers["core"], strict=True)
            row["ratio"] = round(statistics.median(own.rate / other.rate for own, other in pairs), 2)
        rows.append(row)
    return rows


def show(size: int, rows: Sequence[Row], memory: float, writers: Mapping[str, float]) -> None:
    print(f"\n{size:,} change requests; the instance's worker holds {memory:.0f} MB")
    columns = ("operation", "instance/s", "p50 ms", "p99 ms", "limit/s", "raw/s", "ratio", "goal")
    print("{:<16}{:>11}{:>8}{:>8}{:>9}{:>8}{:>7}{:>6}".format(*columns))
    for row in rows:
        own = [row[f"instance {each}"] for each in ("requests/s", "p50 ms", "p99 ms")]
        others = [row.get(each, "") for each in ("core requests/s", "raw requests/s", "ratio")]
        others.append(row["goal"] or "")
        print("{:<16}{:>11}{:>8}{:>8}{:>9}{:>8}{:>7}{:>6}".format(row["operation"], *own, *others))
    print(f"many writers at once, answers by status and how long they took: {dict(writers)}")


def growth(by_size: Mapping[int, Sequence[Row]]) -> Mapping[str, float]:
    """How many times longer each operation takes at the largest size than at the smallest."""
    small, large = (
        {row["operation"]: row["instance p50 ms"] for row in by_size[size]} for size in (min(by_size), max(by_size))
    )
    return {operation: round(large[operation] / small[operation], 2) for operation in small}

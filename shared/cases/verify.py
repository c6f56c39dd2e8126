"""``ticketlab case verify``: broken, then cured, nothing left behind."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..clients.target import Target
from ..errors import TicketlabError
from .bench import Bench
from .case import Case, Cure
from .digest import differences, digest
from .runner import Seen, forget, restore, save, see

BEFORE = "before-verifying"
"""The snapshot that the pair returns to at the end."""
HEALTHY = "healthy-pair"
"""The snapshot that every case begins from: connected, nothing else changed."""
TRIES = 3
"""A cured ticket may still wait for its turn when it is looked at first."""


@dataclass(frozen=True)
class Verdict:
    """How one case went, with one of its cures."""

    id: str
    cure: str
    ok: bool
    told: str
    seconds: float


def verify(target: Target, cases: Iterable[Case], hear: Callable[[Verdict], None]) -> Sequence[Verdict]:
    """Verify the cases on a running pair, which ends as it began. The last verdict is on what was left behind."""
    before = digest(target)
    save(target, BEFORE)
    try:
        verdicts = _verify_all(target, list(cases), hear)
    finally:
        restore(target, BEFORE)
        forget(target, BEFORE, HEALTHY)
    began = time.monotonic()
    left = differences(before, digest(target))
    last = Verdict("(nothing left behind)", "", not left, "; ".join(left), time.monotonic() - began)
    hear(last)
    return [*verdicts, last]


def _verify_all(target: Target, cases: Sequence[Case], hear: Callable[[Verdict], None]) -> list[Verdict]:
    bench = Bench(target)
    bench.connect()
    save(target, HEALTHY)
    notes = dict(bench.notes)
    verdicts = []
    for case in cases:
        for cure in case.cures:
            restore(target, HEALTHY)
            verdicts.append(_verdict(target, case, cure, notes))
            hear(verdicts[-1])
    return verdicts


def _verdict(target: Target, case: Case, cure: Cure, notes: Mapping[str, str]) -> Verdict:
    began = time.monotonic()
    try:
        told = _broken_then_cured(Bench(target, dict(notes)), case, cure)
    except TicketlabError as error:
        told = f"{type(error).__name__}: {error}"
    return Verdict(case.id, cure.name, not told, told, time.monotonic() - began)


def _broken_then_cured(bench: Bench, case: Case, cure: Cure) -> str:
    """What was not as it should be; nothing when all was."""
    case.arrange(bench)
    seen = see(case, bench)
    if not seen.broken:
        return _complaint("The symptom did not appear", seen, case.symptom, case.evidence)
    cure.apply(bench)
    for _ in range(TRIES):
        seen = see(case, bench)
        if seen.well:
            return ""
    return _complaint("The cure did not help", seen, case.cured, "")


def _complaint(what: str, seen: Seen, expected: str, evidence: str) -> str:
    return f"{what}: wanted {expected!r}, seen {seen.text[:600]!r}; check wanted {evidence!r}, found {seen.found!r}"

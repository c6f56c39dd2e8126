"""Starting a case on a running pair, showing its symptom, curing it, and putting everything back.

Before anything is changed both apps keep a snapshot of themselves; at the end they return to it. So nothing is left
behind: no record, no token, no ticket, and the clocks go as before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..clients.target import Target
from ..errors import TicketlabError
from .bench import Bench
from .case import Case, Cure
from .registry import case_named
from .state import Started, StateFile
from .texts import holds

BEFORE = "before-the-case"
"""The snapshot that the end of a case returns to."""

Say = Callable[[str], None]


class OutOfTurn(TicketlabError):
    status = 409
    message = "This cannot be done now"


class NoSuchCure(TicketlabError):
    status = 404
    message = "The case has no such cure"


@dataclass(frozen=True)
class Seen:
    """What the customer sees, and what the check finds."""

    case: Case
    text: str
    found: str

    @property
    def broken(self) -> bool:
        return holds(self.text, self.case.symptom) and holds(self.found, self.case.evidence)

    @property
    def well(self) -> bool:
        gone = self.case.lasting or not holds(self.found, self.case.evidence)
        silent = self.case.symptom == self.case.cured or not holds(self.text, self.case.symptom)
        return gone and silent and holds(self.text, self.case.cured)


def see(case: Case, bench: Bench) -> Seen:
    """Do the steps, and look where the check says."""
    text = case.attempt(bench)
    return Seen(case, text, case.look(bench))


def save(target: Target, name: str) -> None:
    target.tenant_lab.health()  # so that nothing is done when only half of the pair is there
    for lab in (target.instance_lab, target.tenant_lab):
        lab.post(f"snapshots/{name}")


def restore(target: Target, name: str) -> None:
    """Return both to a snapshot.

    The instance first, so that the restored tenant does not lose its connection to a broken one; and once more at the
    end, since the tenant may have asked meanwhile with tokens of before, which leaves its traces.
    """
    for lab in (target.instance_lab, target.tenant_lab, target.instance_lab):
        lab.post(f"snapshots/{name}/restore")


def forget(target: Target, *names: str) -> None:
    for lab in (target.instance_lab, target.tenant_lab):
        for name in names:
            lab.delete(f"snapshots/{name}")


def cure_named(case: Case, name: str) -> Cure:
    """The cure of this name, the usual one for an empty name. Raises NoSuchCure."""
    for cure in case.cures:
        if name in {"", cure.name}:
            return cure
    names = ", ".join(cure.name for cure in case.cures)
    raise NoSuchCure(detail=f"{case.id} has: {names}.")


class Runner:
    """One pair, and the case that is started on it."""

    def __init__(self, target: Target, data: Path) -> None:
        self._target = target
        self._file = StateFile(data)

    @property
    def started(self) -> Started | None:
        """The case that is started on this pair."""
        return self._file.read(self._target)

    def check_idle(self) -> None:
        """Raises OutOfTurn while a case is started."""
        running = self.started
        if running is not None:
            raise OutOfTurn(detail=f"{running.id} is started; `ticketlab case stop` ends it.")

    def start(self, identity: str) -> Started:
        """Break the pair. Raises OutOfTurn while another case is started."""
        case = case_named(identity)
        self.check_idle()
        save(self._target, BEFORE)
        bench = Bench(self._target)
        self._file.write(self._target, case, bench.notes)  # first, so that `stop` puts back what a crash leaves
        try:
            if case.needs_connection:
                bench.connect()
            case.arrange(bench)
        except Exception:  # whatever it was, the pair is not left half broken
            self.stop()
            raise
        return self._file.write(self._target, case, bench.notes)

    def symptom(self, identity: str) -> Seen:
        """Do the customer's steps and the check."""
        return self._with(identity, see)

    def cure(self, identity: str, name: str = "") -> Seen:
        """Do the cure, then the customer's steps once more."""

        def _cure(case: Case, bench: Bench) -> Seen:
            cure_named(case, name).apply(bench)
            return see(case, bench)

        return self._with(identity, _cure)

    def stop(self, *, keep: bool = False) -> Started:
        """Put both apps back, or with ``keep`` leave them as they are now. Raises OutOfTurn when none is started."""
        running = self.started
        if running is None:
            raise OutOfTurn(detail="No case is started.")
        if not keep:
            restore(self._target, BEFORE)
        self._file.remove()
        forget(self._target, BEFORE)
        return running

    def _with(self, identity: str, act: Callable[[Case, Bench], Seen]) -> Seen:
        case, running = case_named(identity), self.started
        if running is None or running.id != case.id:
            raise OutOfTurn(detail=f"{case.id} is not started; `ticketlab case start {case.id}` does.")
        bench = Bench(self._target, dict(running.notes))
        try:
            return act(case, bench)
        finally:
            self._file.write(self._target, case, bench.notes)

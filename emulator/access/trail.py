"""The decisions taken on the way of one request through the gate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from ..errors import PlatformError
from .caller import Caller
from .decision import Decision, Outcome


@dataclass(frozen=True, slots=True)
class Note:
    """What the instance writes down because of a decision, once the request's own transaction is over."""

    message: str
    """For the system log; where a record comes with it, only when that record is a new one."""
    scope: str
    table: str = ""
    record: Mapping[str, str] = field(default_factory=dict)
    """Values of a record to create in ``table``, unless there is one like it already."""
    unlike: frozenset[str] = frozenset()
    """Elements that do not make a record another one."""


@dataclass(slots=True)
class Trail:
    """Collects decisions; ``refuse`` adds the last one and raises."""

    caller: Caller
    table: str
    operation: str
    decisions: list[Decision] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    refused: Decision | None = None
    """The decision that ended the request, when the caller was told no."""

    def allow(self, step: str, rule: str, reason: str, record: str = "") -> None:
        self._add(step, Outcome.ALLOWED, rule, reason, record)

    def alter(self, step: str, rule: str, reason: str, record: str = "") -> None:
        self._add(step, Outcome.ALTERED, rule, reason, record)

    def deny(self, step: str, rule: str, reason: str, record: str = "") -> None:
        """Note a refusal that the caller is not told of: a list stays empty, a field absent."""
        self._add(step, Outcome.REFUSED, rule, reason, record)

    def refuse(self, error: PlatformError, step: str, rule: str, reason: str, record: str = "") -> NoReturn:
        self._add(step, Outcome.REFUSED, rule, reason, record)
        self.refused = self.decisions[-1]
        raise error

    @property
    def notable(self) -> bool:
        """Whether anything but a plain yes was said."""
        return any(decision.outcome is not Outcome.ALLOWED for decision in self.decisions)

    def _add(self, step: str, outcome: Outcome, rule: str, reason: str, record: str) -> None:
        self.decisions.append(
            Decision(step, outcome, self.caller, self.table, self.operation, rule, reason, record),
        )

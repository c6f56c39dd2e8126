"""What a troubleshooting case is."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from .bench import Bench

UNAUTHENTICATED = (r"user not authenticated", r"\b401 unauthorized")
"""Patterns of what a client is told whose token or user the instance does not take."""

SHARE_OR_LOOK = (
    "In the security center, share an improvement action, or notice on the home page that the cards are already gone."
)
"""A step of the customer whose connection has ended: within seconds the security center notices by itself."""
OPAQUE_TOKEN_ERROR = (r"(server_error|access_denied)(.{1,40}(server_error|access_denied))?", r"invalid_grant")
"""Patterns of the token endpoint's refusals, which do not say what is wrong."""


@dataclass(frozen=True)
class Cure:
    """One way out: what a person does, and the same by program."""

    steps: Sequence[str]
    apply: Callable[["Bench"], None]
    name: str = "cure"


class Case(ABC):
    """One row of the catalogue. A module in ``catalogue`` holds one subclass; its id is the module's name."""

    title: ClassVar[str]
    source: ClassVar[str]
    """*page* for Microsoft's troubleshooting section, else the reference's section."""
    differs: ClassVar[str]
    """What differs from a healthy pair: the setting, record, clock or address that ``arrange`` changes."""
    steps: ClassVar[Sequence[str]]
    """What the customer does, one sentence each; ``attempt`` does the same."""
    symptom: ClassVar[str]
    """What the customer then sees: a text that ``attempt`` returns while it is broken."""
    cured: ClassVar[str]
    """What the same steps show once it is cured."""
    check: ClassVar[str]
    """Where to look, to tell this case from those that look alike; ``look`` looks there."""
    evidence: ClassVar[str]
    """What is found there while it is broken."""
    patterns: ClassVar[Sequence[str]] = ()
    """Further regular expressions of what a customer may paste."""
    needs_connection: ClassVar[bool] = True
    """Whether the pair is connected before anything is changed."""
    lasting: ClassVar[bool] = False
    """Whether the evidence is still there after the cure: a log line, or a clock that went on."""

    @abstractmethod
    def arrange(self, bench: "Bench") -> None:
        """Make the difference, by the means an administrator, a customer or time would."""

    @abstractmethod
    def attempt(self, bench: "Bench") -> str:
        """Do the steps as the customer; return what is seen."""

    @abstractmethod
    def look(self, bench: "Bench") -> str:
        """Do the check; return what is found."""

    @property
    @abstractmethod
    def cures(self) -> Sequence[Cure]:
        """The ways out, the usual one first."""

    @property
    def id(self) -> str:
        return type(self).__module__.rpartition(".")[2].replace("_", "-")

    @property
    def from_page(self) -> bool:
        return self.source == "page"

    def matches(self, text: str) -> int:
        """How well a pasted text fits: the characters matched by the symptom or by one of the patterns."""
        expressions = [re.escape(" ".join(self.symptom.split())), *self.patterns]
        found = [re.search(each, text, re.IGNORECASE) for each in expressions]
        return max((len(each.group(0)) for each in found if each), default=0)

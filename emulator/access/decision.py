"""Why a step of the gate allowed, altered or refused."""

from dataclasses import dataclass
from enum import StrEnum

from .caller import Caller


class Outcome(StrEnum):
    ALLOWED = "allowed"
    ALTERED = "altered"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Decision:
    """One step of the gate, with the rule that decided and the record that would have to change.

    ``record`` is ``TABLE.SYS_ID`` of that record (an ACL, a sys_db_object row…), empty where code decides.
    """

    step: str
    outcome: Outcome
    caller: Caller
    table: str
    operation: str
    rule: str
    reason: str
    record: str = ""

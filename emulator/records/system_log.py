"""The system log, as the instance's own code writes to it."""

from enum import StrEnum

from ..access.caller import Caller
from .gate import Gate, Transaction

TABLE = "syslog"


class Level(StrEnum):
    """Values of ``syslog.level``."""

    INFORMATION = "0"
    WARNING = "1"
    ERROR = "2"


def write_system_log(
    gate: Gate,
    source: str,
    message: str,
    *,
    level: Level = Level.INFORMATION,
    transaction_id: str = "",
    within: Transaction | None = None,
) -> None:
    values = {"level": level.value, "source": source, "message": message, "transaction": transaction_id}
    gate.record(TABLE, Caller.system(), within).insert(values)

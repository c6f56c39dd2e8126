"""The system log, as the instance's own code writes to it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from ..access.caller import Caller

if TYPE_CHECKING:
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
    package: str = "",
    transaction_id: str = "",
    within: Transaction | None = None,
) -> None:
    """``package`` names the application that is the source, where one is."""
    values = {"level": level.value, "source": source, "message": message, "transaction": transaction_id}
    if package:
        values["source_package"] = package
    gate.record(TABLE, Caller.system(), within).insert(values)

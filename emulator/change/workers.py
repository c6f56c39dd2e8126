"""Workers: what the API leaves for later than its answer (rest 8). Here it is done at once (ours)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..access.caller import Caller
from ..records.gate import Gate
from ..records.row import Row

TABLE = "chg_mgt_worker"
COMPLETE, ERROR = "3", "4"
KINDS = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker says of its work."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    infos: list[str] = field(default_factory=list)


def finished(
    gate: Gate, caller: Caller, kind: str, request: Mapping[str, object], told: Told, payload: str = ""
) -> str:
    """Note down a worker that has done its work, and return its sys_id. ``payload`` is what it found, as JSON."""
    messages = zip(KINDS, (told.errors, told.warnings, told.infos), strict=True)
    values = {
        "type": kind,
        "state": ERROR if told.errors else COMPLETE,
        "request": json.dumps(request, separators=(",", ":")) if request else "",
        "payload": payload,
        **{f"{name}_messages": "\n".join(texts) for name, texts in messages},
    }
    return gate.record(TABLE, caller.as_instance()).insert(values).sys_id


def messages_of(row: Row) -> Mapping[str, Sequence[str]]:
    return {f"{name}Messages": row.value(f"{name}_messages").splitlines() for name in KINDS}

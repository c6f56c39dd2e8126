"""``DIR/case.json``: which case is started, on which pair, and what it noted down."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ..clients.target import Target
from ..replacing import replacing
from .case import Case

FILE = "case.json"


@dataclass(frozen=True)
class Started:
    id: str
    emulator: str
    connector: str
    notes: Mapping[str, str] = field(default_factory=dict)
    """sys_ids and the like; no secret."""


class StateFile:
    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def read(self, target: Target) -> Started | None:
        """What is started on this pair; a file about another pair, or an unreadable one, tells nothing of it."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            started = Started(**{name: found[name] for name in ("id", "emulator", "connector", "notes")})
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return started if (started.emulator, started.connector) == (target.emulator, target.connector) else None

    def write(self, target: Target, case: Case, notes: Mapping[str, str]) -> Started:
        started = Started(case.id, target.emulator, target.connector, dict(notes))
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with replacing(self._path) as unfinished:
            unfinished.write_text(json.dumps(asdict(started)) + "\n", encoding="utf-8")
        return started

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)

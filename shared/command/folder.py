"""The data folder of a pair: used by one command at a time, and remembering where the pair was last."""

import fcntl
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from ..errors import RefusedToStart
from ..replacing import replacing

LOCK = "lock"
RUN = "run.json"
DATABASES = ("*.db", "*.db-wal", "*.db-shm", "*.db-journal", "seed/*", "snapshots/*", "case.json")


class DataFolder:
    """``with DataFolder(path) as folder``: made when missing, locked, released at the end.

    The servers inherit the lock, so it is held until the last of them is gone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: int | None = None

    def __enter__(self) -> Self:
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            reason = f"{error.strerror}. Give another folder with --data."
            raise RefusedToStart(f"The data folder {self.path} cannot be written", reason) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock)
            where = self.last_run().get("connector", "")
            raise RefusedToStart(
                f"The data folder {self.path} is in use",
                f"Another pair runs on it{f' ({where})' if where else ''}; stop it or name another folder with --data.",
            ) from error
        self._lock = lock
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def kept_open(self) -> tuple[int, ...]:
        return () if self._lock is None else (self._lock,)

    def remove_databases(self) -> None:
        """Start over. Keys and logs stay: a key opens nothing but what is gone, and a log may tell why it went."""
        for pattern in DATABASES:
            for file in self.path.glob(pattern):
                with suppress(FileNotFoundError):
                    file.unlink()

    @property
    def has_databases(self) -> bool:
        return any(self.path.glob("*.db"))

    def last_run(self) -> dict[str, str]:
        """Where the pair of this folder was started last: emulator, connector, instance, tenant, data; and its seed."""
        try:
            found = json.loads((self.path / RUN).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}

    def remember_run(self, facts: dict[str, str]) -> None:
        with replacing(self.path / RUN) as unfinished:
            unfinished.write_text(json.dumps(facts) + "\n", encoding="utf-8")

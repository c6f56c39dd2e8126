"""The folder in which an app keeps its data: there, private, and prepared by one process at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import RefusedToStart


def make_folder(folder: Path) -> None:
    """Make sure that ``folder`` is there and can be written to. Raises RefusedToStart.

    Several processes of an app may look at once, so each looks under a name of its own.
    """
    probe = folder / f".writable-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe.touch()
        probe.unlink(missing_ok=True)
    except OSError as error:
        reason = f"{error.strerror}. Give another folder with --data."
        raise RefusedToStart(f"The data folder {folder} cannot be written", reason) from error


def private_file(path: Path) -> Path:
    """Make a database's file before SQLite does, readable by nobody else; its companions take after it."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise RefusedToStart(f"{path} cannot be written", f"{error.strerror}.") from error
    return path


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Hold the lock file, so that of several processes started together one prepares the data and the others wait."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

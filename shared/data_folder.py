"""An app's data folder: there, private, prepared by one process at a time, and copied for tests."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import RefusedToStart
from .soundness import trust

REPLACED = frozenset({"seed", "attachments"})
"""Parts of a data folder whose files are never written to, only replaced, so that several folders may share them."""

MADE_AT_NEED = ("lock", "*.lock", "unfinished")


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


def copy_data(source: Path, target: Path, *but: str) -> None:
    """Copy a data folder that this process has made, but for these names, to whatever lies in ``target``."""
    shared = {str(source / part) for part in REPLACED}

    def copy(one: str, other: str) -> None:
        if not (shared.intersection(map(str, Path(one).parents)) and _link(one, other)):
            shutil.copy2(one, other)

    ignored = shutil.ignore_patterns(*but, *MADE_AT_NEED)
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=ignored, copy_function=copy)
    for database in source.glob("*.db"):
        trust(target / database.name)


def _link(source: str, target: str) -> bool:
    """Making a file's second name takes a tenth of the time of a second file. False where that is not possible."""
    Path(target).unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:  # on another file system, or on one without links
        return False
    return True

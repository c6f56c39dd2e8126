"""Folders that live as long as the process, for what its tests share."""

import atexit
import fcntl
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from .soundness import trust

MEMORY = Path("/dev/shm")  # noqa: S108 - only folders made by mkdtemp, 0700, are used in it
"""A file system in memory, where there is one."""

ROOM = 512 * 2**20
"""A container's is often too small; then the disk serves."""

OWNER = "owner"
REPLACED = frozenset({"seed", "attachments"})
"""Parts of a data folder whose files are never written to, only replaced, so that several folders may share them."""

MADE_AT_NEED = ("lock", "*.lock", "unfinished")


def temporary_folder(name: str, *, in_memory: bool = False) -> Path:
    """A new folder that is removed when this process ends; ``in_memory`` where the machine allows that."""
    folder = Path(tempfile.mkdtemp(prefix=f"ticketlab-{name}-", dir=_memory() if in_memory else None))
    _remove_at_exit(folder)
    return folder


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


@cache
def _memory() -> Path | None:
    """The folder of this process in memory. Those of processes that were killed are removed: they would cost memory."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return None
    for left in MEMORY.glob("ticketlab-*/"):
        _remove_if_left(left)
    folder = Path(tempfile.mkdtemp(prefix="ticketlab-", dir=MEMORY))
    fcntl.flock(os.open(folder / OWNER, os.O_RDWR | os.O_CREAT, 0o600), fcntl.LOCK_EX)  # as long as we live
    _remove_at_exit(folder)
    return folder


def _remove_if_left(folder: Path) -> None:
    try:
        with (folder / OWNER).open("r+") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:  # its owner lives, is somebody else, or has not locked it yet
        return


def _remove_at_exit(folder: Path) -> None:
    maker = os.getpid()

    @atexit.register
    def _remove() -> None:
        if os.getpid() == maker:  # a forked process ends first, and others still use it
            shutil.rmtree(folder, ignore_errors=True)

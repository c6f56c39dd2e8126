"""Folders that live as long as the process, for what its tests share."""

import atexit
import fcntl
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - only folders made by mkdtemp, 0700, are used in it
"""A file system in memory, where there is one."""

ROOM = 512 * 2**20
"""A container's is often too small; then the disk serves."""

OWNER = "owner"


def temporary_folder(name: str, *, in_memory: bool = False) -> Path:
    """A new folder that is removed when this process ends; ``in_memory`` where the machine allows that."""
    folder = Path(tempfile.mkdtemp(prefix=f"ticketlab-{name}-", dir=_memory() if in_memory else None))
    _remove_at_exit(folder)
    return folder


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

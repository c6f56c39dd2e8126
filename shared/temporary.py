"""Folders that live as long as the process, for what its tests share."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def temporary_folder(name: str) -> Path:
    """A new folder that is removed when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix=f"ticketlab-{name}-"))
    maker = os.getpid()

    @atexit.register
    def _remove() -> None:
        if os.getpid() == maker:  # a forked process ends first, and others still use it
            shutil.rmtree(folder, ignore_errors=True)

    return folder

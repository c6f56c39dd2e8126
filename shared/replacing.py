"""A file's content put in its place in one step, so that whoever reads it sees the old or the new, and all of it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path, mode: int = 0o600) -> Iterator[Path]:
    """An empty file for its owner alone, that takes the place of ``path`` at the end; after an error nothing does.

    From then on ``mode`` says who may read it. Threads and processes may do so at once: each has a file of its own, and
    the last one stays.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(descriptor)
    unfinished = Path(name)
    try:
        yield unfinished
        unfinished.chmod(mode)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)

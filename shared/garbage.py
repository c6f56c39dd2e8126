"""Python looks for garbage by how much is made: while an app is, of which nothing is garbage, it looks in vain."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_is_garbage() -> Iterator[None]:
    """Let Python not look meanwhile. It takes a third of the time in which an app is made."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()

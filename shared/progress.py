"""How a server that takes its time tells the command that waits for it how far it is: a line on standard error."""

import os

PROGRESS = "\x02progress: "
"""Begins such a line; no log line begins so."""


def tell_progress(done: int, total: int) -> None:
    """Say it to whoever started this process as ``ticketlab up`` does; nobody else would know what to do with it."""
    if "TICKETLAB_LIFELINE" in os.environ:
        os.write(2, f"{PROGRESS}{done} {total}\n".encode())


def read_progress(line: str) -> tuple[int, int] | None:
    """How far a server is, if that is what its line says."""
    if not line.startswith(PROGRESS):
        return None
    done, _, total = line.removeprefix(PROGRESS).partition(" ")
    return int(done), int(total)

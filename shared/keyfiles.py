"""Key material in ``DIR/keys``, outside every database, snapshot and bundle."""

import os
from pathlib import Path

from .errors import RefusedToStart
from .ids import Ids


def key_from(folder: Path, name: str, ids: Ids, *, size: int = 32) -> bytes:
    """Return the key kept in ``folder/name``, making it (mode 0600) when it is not there yet.

    Raises RefusedToStart if the file holds anything but ``size`` bytes in hex.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path, size)
    with os.fdopen(descriptor, "w") as file:
        file.write(ids.bytes(size).hex())
        file.flush()
        os.fsync(file.fileno())
    return _read(path, size)


def _read(path: Path, size: int) -> bytes:
    try:
        key = bytes.fromhex(path.read_text().strip())
    except ValueError as error:
        raise RefusedToStart(f"{path} is not a key", "It must hold hex digits only.") from error
    if len(key) != size:
        raise RefusedToStart(f"{path} is not a key", f"It must hold {size} bytes in hex; remove it to make a new one.")
    return key

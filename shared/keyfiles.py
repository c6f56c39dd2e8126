"""Key material in ``DIR/keys``, outside every database, snapshot and bundle."""

import os
from contextlib import suppress
from pathlib import Path

from .errors import RefusedToStart
from .ids import Ids


def key_from(folder: Path, name: str, ids: Ids, *, size: int = 32) -> bytes:
    """Return the key kept in ``folder/name``, making it (mode 0600) when it is not there yet.

    Raises RefusedToStart if the file holds anything but ``size`` bytes in hex.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        _make(path, ids.bytes(size))
    return _read(path, size)


def _make(path: Path, key: bytes) -> None:
    """Write the key apart and link it to its name: others see it whole or not at all, and the first one made stays."""
    unfinished = path.with_name(f"{path.name}.{os.urandom(8).hex()}.new")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key.hex())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _read(path: Path, size: int) -> bytes:
    try:
        key = bytes.fromhex(path.read_text().strip())
    except ValueError as error:
        raise RefusedToStart(f"{path} is not a key", "It must hold hex digits only.") from error
    if len(key) != size:
        raise RefusedToStart(f"{path} is not a key", f"It must hold {size} bytes in hex; remove it to make a new one.")
    return key

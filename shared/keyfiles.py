"""Key material in ``DIR/keys``, outside every database, snapshot and bundle."""

import os
from contextlib import suppress
from pathlib import Path

from .errors import RefusedToStart
from .ids import Ids

SIZE = 32
"""Bytes of a key."""

FEWEST_DIFFERENT = 16
"""Different bytes that 32 random ones have, always in practice; what a person types has fewer."""


def key_from(folder: Path, name: str, ids: Ids) -> bytes:
    """Return the key kept in ``folder/name``, making it (mode 0600) when it is not there yet.

    Raises RefusedToStart if the file holds no key, or cannot be read or made.
    """
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _make(path, ids.bytes(SIZE))
        text = path.read_text()
    except OSError as error:
        advice = "Start as the user who made it" if isinstance(error, PermissionError) else "Free some space for it"
        reason = f"{error.strerror}. {advice}, or name another folder with --data."
        raise RefusedToStart(f"The key {path} cannot be used", reason) from error
    return read_key(text, str(path), "Remove it to make a new one.")


def read_key(text: str, where: str, advice: str) -> bytes:
    """Return the key that a text writes in hex.

    Raises RefusedToStart, naming ``where`` it stands and never what, if it is no hex, of another length than 32 bytes,
    or was not drawn at random: a key out of an example, or one that a person typed.
    """
    try:
        key = bytes.fromhex(text.strip())
    except ValueError as error:
        raise RefusedToStart(f"{where} is not a key", f"It must hold hex digits only. {advice}") from error
    if len(key) != SIZE:
        raise RefusedToStart(f"{where} is not a key", f"It must hold {SIZE} bytes in hex. {advice}")
    if len(set(key)) < FEWEST_DIFFERENT:
        raise RefusedToStart(f"{where} is not a random key", f"Whoever guesses it has every secret. {advice}")
    return key


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

"""Which running pair a command means."""

from pathlib import Path

from ..clients.target import Target
from ..errors import RefusedToStart
from .folder import DataFolder
from .options import CONNECTOR_PORT, EMULATOR_PORT

DEFAULT_EMULATOR = f"http://127.0.0.1:{EMULATOR_PORT}"
DEFAULT_CONNECTOR = f"http://127.0.0.1:{CONNECTOR_PORT}"


def find_target(emulator: str, connector: str, data: Path, lab_key: str) -> Target:
    """The pair at the addresses given; else the one started last on ``data``; else the one at the default addresses.

    Raises RefusedToStart when an address is not one. Whether the pair answers is for the caller to see.
    """
    remembered = DataFolder(data).last_run()
    target = Target(
        _address(emulator or remembered.get("emulator", "") or DEFAULT_EMULATOR),
        _address(connector or remembered.get("connector", "") or DEFAULT_CONNECTOR),
        lab_key,
    )
    if emulator or connector or not remembered or target.answers:
        return target
    return Target(DEFAULT_EMULATOR, DEFAULT_CONNECTOR, lab_key)


def _address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise RefusedToStart(f"{text!r} is not an address", "It must begin with http:// or https://.")
    return text.rstrip("/")

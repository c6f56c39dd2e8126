"""What stands around the form of a stored record: what has happened to it."""

from dataclasses import dataclass

from ..access.caller import Caller
from ..records.gate import Gate
from .activity_stream import Stream, read_stream


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A new record has none of it."""

    stream: Stream | None = None


def read_surroundings(gate: Gate, caller: Caller, table: str, sys_id: str) -> Surroundings:
    """Raises a PlatformError when the record may not be read."""
    dictionary = gate.read_dictionary()
    return Surroundings(read_stream(gate, dictionary, caller, table, sys_id))

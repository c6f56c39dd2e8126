"""What stands around the form of a stored record: its files, what has happened to it, and what belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..access.caller import Caller
from ..records.gate import Gate
from .activity_stream import Stream, read_stream
from .attachment_strip import AttachmentStrip, read_attachments
from .related_lists import ShownList, read_related_lists
from .rights import Rights


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A new record has none of it."""

    attachments: AttachmentStrip | None = None
    stream: Stream | None = None
    related: Sequence[ShownList] = ()


def read_surroundings(gate: Gate, caller: Caller, table: str, sys_id: str) -> Surroundings:
    """Raises a PlatformError when the record may not be read."""
    rights = Rights.of(gate, caller)
    return Surroundings(
        read_attachments(gate, rights, table, sys_id),
        read_stream(gate, rights.snapshot.dictionary, caller, table, sys_id),
        read_related_lists(gate, rights, table, sys_id),
    )

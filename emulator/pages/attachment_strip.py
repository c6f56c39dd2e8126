"""The files of a record, as they stand above its form, and whether more may be attached."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from ..access.caller import Caller
from ..access.operations import Operation
from ..dictionary.model import Dictionary
from ..errors import PlatformError
from ..records.attachment_rules import TABLE
from ..records.gate import Gate
from ..records.row import Row
from .list_query import record_url
from .rights import Rights

MOST_SHOWN = 100
UNITS = ("bytes", "KB", "MB", "GB")
STEP = 1024


@dataclass(frozen=True, slots=True)
class File:
    """One attachment. Its address downloads it, and takes the form that removes it."""

    name: str
    address: str
    content_type: str
    size: str


@dataclass(frozen=True, slots=True)
class AttachmentStrip:
    """``more`` tells that not all of them are shown.

    ``may_change`` is the right to change the record: that is what it takes to attach and to remove (rest 6).
    """

    table: str
    sys_id: str
    files: Sequence[File]
    more: bool
    may_change: bool

    @property
    def count(self) -> str:
        return f"{len(self.files)}{'+' if self.more else ''}"

    @property
    def upload_url(self) -> str:
        """The record stands in the address, so that it is known even when the body is too large to be read."""
        return f"/{TABLE}.do?{urlencode({'sysparm_table': self.table, 'sysparm_sys_id': self.sys_id})}"


def read_attachments(gate: Gate, rights: Rights, table: str, sys_id: str) -> AttachmentStrip:
    files = [_file(row) for row in _rows(gate, rights.snapshot.dictionary, rights.caller, table, sys_id)]
    more = len(files) > MOST_SHOWN
    return AttachmentStrip(table, sys_id, files[:MOST_SHOWN], more, rights.may(Operation.WRITE, table))


def _rows(gate: Gate, dictionary: Dictionary, caller: Caller, table: str, sys_id: str) -> Sequence[Row]:
    """A file may have been attached by the name of any table in which the record stands."""
    family = ",".join(sorted(dictionary.descendants(dictionary.base(table))))
    query = f"table_sys_id={sys_id}^table_nameIN{family}^ORDERBYfile_name"
    fields = ("file_name", "content_type", "size_bytes")
    try:
        return gate.record(TABLE, caller).query(query, fields=fields, limit=MOST_SHOWN + 1).rows
    except PlatformError:
        return ()


def _file(row: Row) -> File:
    size = int(row.value("size_bytes") or 0)
    return File(row.value("file_name"), record_url(TABLE, row.sys_id), row.value("content_type"), size_in_words(size))


def size_in_words(size: float) -> str:
    """``1 byte``, ``255 bytes``, ``1.2 KB``."""
    if size == 1:
        return "1 byte"
    for unit in UNITS[:-1]:
        if size < STEP:
            return f"{size:.0f} {unit}" if unit == UNITS[0] else f"{size:.1f} {unit}"
        size /= STEP
    return f"{size:.1f} {UNITS[-1]}"

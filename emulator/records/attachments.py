"""Files attached to records: their rows through the gate, what they hold beside the database.

A file is complete on the disk before its row is written, and stays when the row is deleted: an image of the database
may be restored that names it. Retention sweeps up what nothing names any more.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from ...shared.text import whole_number
from ...shared.view import end_views
from ..access.caller import Caller, Channel
from ..access.operations import Operation
from ..errors import BadParameter, NoRecordFound, PayloadTooLarge
from ..store.contents import Contents, TooLarge
from .attachment_rules import TABLE
from .gate import Gate
from .row import Row

LARGEST = ("com.glide.attachment.max_size", 1024)
"""Property: the largest file in megabytes, and its default (platform documentation, D)."""
MOST_MEGABYTES = 1024 * 1024
"""A property that says more counts as not set."""
EXTENSIONS = "glide.attachment.extensions"
"""Property: the endings of names that may be attached, comma-separated without their dots; empty for all (D)."""
MEGABYTE = 1024 * 1024
LONGEST_NAME = 255
MOST = 2**31 - 1

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u2028\u2029\ud800-\udfff]")
_TYPE = re.compile(r"[\w!#$&^.+-]{1,60}/[\w!#$&^.+-]{1,60}([ \t]*;[\x20-\x7e]{0,80})?", re.ASCII)
ANY_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to attach to the record ``sys_id`` of ``table``."""

    table: str
    sys_id: str
    name: str
    content_type: str
    encryption_context: str = ""
    created_on: str = ""
    """When it was made, in UTC, for one that is sent later; else now."""


class Attachments:
    """The files of one instance."""

    def __init__(self, gate: Gate, contents: Contents) -> None:
        self._gate = gate
        self._contents = contents

    def attach(self, caller: Caller, new: NewFile, chunks: Iterable[bytes]) -> Row:
        """Attach a file. Whether the caller may is found out before the file is read, and again with its row.

        Raises BadParameter, PayloadTooLarge, InvalidTable, NoRecordFound for a record that is not there or hidden, and
        AclRefused for one that the caller may not change.
        """
        self._check_name(new.name)
        self._gate.record(new.table, caller).check(new.sys_id, Operation.WRITE)
        limit = self.largest
        end_views()  # the file may be long in coming
        try:
            content = self._contents.keep(chunks, limit)
        except TooLarge:
            raise PayloadTooLarge(limit + 1, limit) from None
        values = {
            "table_name": new.table,
            "table_sys_id": new.sys_id,
            "file_name": new.name,
            "content_type": safe_type(new.content_type),
            "encryption_context": new.encryption_context,
            "hash": content.digest,
            "size_bytes": content.size,
            "size_compressed": content.size,
        }
        stamps = {"sys_created_on": new.created_on} if new.created_on else {}
        with self._gate.transaction() as transaction:
            self._gate.record(new.table, caller, transaction).check(new.sys_id, Operation.WRITE)
            # The rights are the record's, which have just been asked; the row is the instance's to write.
            instance = replace(caller, channel=Channel.SYSTEM)
            return self._gate.record(TABLE, instance, transaction).insert({**values, **stamps})

    def change(self, caller: Caller, sys_id: str, values: Mapping[str, object]) -> Row:
        """Rename a file, or say of what type it is; nothing else of it can be changed."""
        if "file_name" in values:
            self._check_name(str(values["file_name"] or ""))
        if "content_type" in values:
            values = {**values, "content_type": safe_type(str(values["content_type"]))}
        return self._gate.record(TABLE, caller).update(sys_id, values)

    def open(self, caller: Caller, sys_id: str) -> tuple[Row, BinaryIO]:
        """The row and what the file holds. Raises NoRecordFound, also for a row whose file is gone."""
        row = self._gate.record(TABLE, caller).get(sys_id)
        try:
            return row, self._contents.open(row.value("hash"))
        except OSError:
            raise NoRecordFound from None

    @property
    def largest(self) -> int:
        """Bytes a file may have."""
        name, usual = LARGEST
        megabytes = whole_number(self._gate.get_property(name), MOST_MEGABYTES)
        return (usual if megabytes is None else megabytes) * MEGABYTE

    def _check_name(self, name: str) -> None:
        """Refuse an invalid name, and an extension that may not be attached. Raises BadParameter."""
        _check_name(name)
        allowed = [each.strip().lower() for each in self._gate.get_property(EXTENSIONS).split(",") if each.strip()]
        if allowed and name.rpartition(".")[2].lower() not in allowed:
            raise BadParameter(detail=f"{EXTENSIONS} allows only files that end in {', '.join(allowed)}.")

    def pin(self, image: str) -> None:
        """Keep what the database names now for as long as this image of it is kept."""
        self._contents.pin(image, self._named())

    def pin_once(self, image: str) -> None:
        if not self._contents.is_pinned(image):
            self.pin(image)

    def unpin(self, image: str) -> None:
        self._contents.unpin(image)

    def sweep(self) -> int:
        """Remove the files that neither the database nor an image of it names."""
        return self._contents.sweep(self._named)

    def _named(self) -> frozenset[str]:
        rows = self._gate.record(TABLE, Caller.system()).query("hashISNOTEMPTY", fields=("hash",), limit=MOST).rows
        return frozenset(row.value("hash") for row in rows)


def safe_type(text: str) -> str:
    """A content type that may stand in a header; anything else becomes bytes of no known type."""
    return text.strip() if _TYPE.fullmatch(text.strip()) and len(text.strip()) <= 100 else ANY_TYPE


def _check_name(name: str) -> None:
    """A name goes into headers and other people's file systems (attack C18)."""
    if not name.strip() or len(name) > LONGEST_NAME or _CONTROL.search(name):
        raise BadParameter(detail=f"file_name must have 1 to {LONGEST_NAME} characters and no control characters.")

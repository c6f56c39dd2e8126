"""Files that seed data attach to records: their rows say what the files hold, and the files are kept beside.

An entry of ``sys_attachment`` names its record in ``_of`` (table and key) and its text in ``_content``.
"""

import hashlib
from collections.abc import Callable, Iterator

from ..records.attachment_rules import TABLE
from ..store.contents import Contents
from .entries import Entry


def with_record(table: str, entry: Entry, sys_id_of: Callable[[str, str], str]) -> Entry:
    """The entry with the fields that follow from its record and its text.

    Raises LookupError for a record that is not there, ValueError for an ``_of`` of another form.
    """
    if table != TABLE or "_of" not in entry:
        return entry
    of, key = _pair(entry["_of"])
    content = _bytes(entry)
    return {
        "table_name": of,
        "table_sys_id": sys_id_of(of, key),
        "hash": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
        "size_compressed": len(content),
        **entry,
    }


def keep_files(entries: Iterator[Entry], contents: Contents) -> None:
    """Write what the files hold; equal ones once."""
    for entry in entries:
        content = _bytes(entry)
        contents.keep([content], len(content))


def _pair(given: object) -> tuple[str, str]:
    if isinstance(given, list) and len(given) == 2:
        return str(given[0]), str(given[1])
    raise ValueError("an attachment's _of is a table and the name of its record")


def _bytes(entry: Entry) -> bytes:
    return str(entry.get("_content", "")).encode()

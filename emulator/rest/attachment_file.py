"""An attachment on the wire: its metadata as strings, and its bytes, which no browser may take for a page of ours."""

import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO
from urllib.parse import quote

from flask import Response, request

from ..records.attachments import safe_type
from ..records.row import Row
from ..store.contents import CHUNK

METADATA = (
    "sys_id",
    "file_name",
    "table_name",
    "table_sys_id",
    "content_type",
    "size_bytes",
    "size_compressed",
    "compressed",
    "image_width",
    "image_height",
    "average_image_color",
    "sys_created_on",
    "sys_created_by",
    "sys_updated_on",
    "sys_updated_by",
    "sys_mod_count",
    "sys_tags",
    "hash",
    "chunk_size_bytes",
    "state",
)
"""The keys of the API (rest 6, D); ``download_link`` stands among them."""

NEVER_A_PAGE = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
"""Beside the disposition: even opened on purpose, a file runs nothing and is of no origin (attack C15)."""


def metadata(row: Row, address: str) -> Mapping[str, str]:
    values = {name: row.value(name) for name in METADATA if name in row.fields}
    return {**values, "download_link": f"{address}/{row.sys_id}/file"}


def download(row: Row, file: BinaryIO, address: str) -> Response:
    """The file with its own type, to be saved and not shown."""
    headers = {
        **NEVER_A_PAGE,
        "Content-Length": row.value("size_bytes") or "0",
        "Content-Disposition": disposition(row.value("file_name")),
        "X-Attachment-Metadata": json.dumps(metadata(row, address), separators=(",", ":")),  # ASCII throughout
    }
    content_type = safe_type(row.value("content_type"))
    response = Response(_chunks(file), 200, headers, content_type=content_type, direct_passthrough=True)
    response.call_on_close(file.close)
    if request.method == "HEAD":
        file.close()
    return response


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


def disposition(name: str) -> str:
    """RFC 6266: a plain name for old clients and the true one; no character of it can end the header (attack C18)."""
    plain = "".join(each if " " <= each <= "~" and each not in '"\\%;' else "_" for each in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"

"""gzip, in both directions (rest 1). Knows no Flask."""

import gzip
import zlib

from ..errors import PayloadTooLarge, RequestUnreadable
from .errors import UnsupportedMediaType

PLAIN = frozenset({"", "identity"})
GZIP = frozenset({"gzip", "x-gzip"})

_GZIP_WINDOW = 31
"""zlib's number for its largest window, with a gzip header."""


def unpack(body: bytes, encoding: str, *, largest_packed: int, largest: int) -> bytes:
    """The body as it was before its Content-Encoding. Of a bomb no more than ``largest`` bytes are unpacked.

    Raises UnsupportedMediaType, RequestUnreadable or PayloadTooLarge.
    """
    if encoding in PLAIN:
        return body
    if encoding not in GZIP:
        raise UnsupportedMediaType
    if len(body) > largest_packed:
        raise PayloadTooLarge(len(body), largest_packed)
    stream = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = stream.decompress(body, largest + 1)
    except zlib.error:
        raise RequestUnreadable(detail="The payload is not valid gzip") from None
    if len(plain) > largest:
        raise PayloadTooLarge(len(plain), largest)
    if not stream.eof:
        raise RequestUnreadable(detail="The payload is not valid gzip: it ends too early")
    return plain


def pack(body: bytes) -> bytes:
    """The body as gzip; equal bodies give equal bytes. Speed counts more than the last byte."""
    return gzip.compress(body, compresslevel=1, mtime=0)

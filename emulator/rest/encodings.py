"""gzip, in both directions (rest 1). Knows no Flask."""

import gzip
import zlib
from io import BytesIO

from ..errors import PayloadTooLarge, RequestUnreadable
from .errors import UnsupportedMediaType

PLAIN = frozenset({"", "identity"})
GZIP = frozenset({"gzip", "x-gzip"})


def unpack(body: bytes, encoding: str, *, largest_packed: int, largest: int) -> bytes:
    """The body as it was before its Content-Encoding. Of a bomb little more than ``largest`` bytes is unpacked.

    Raises UnsupportedMediaType, RequestUnreadable or PayloadTooLarge.
    """
    if encoding in PLAIN:
        return body
    if encoding not in GZIP:
        raise UnsupportedMediaType
    if len(body) > largest_packed:
        raise PayloadTooLarge(len(body), largest_packed)
    try:
        plain = gzip.GzipFile(fileobj=BytesIO(body)).read(largest + 1)
    except EOFError:
        raise RequestUnreadable(detail="The payload is not valid gzip: it ends too early") from None
    except (gzip.BadGzipFile, zlib.error):
        raise RequestUnreadable(detail="The payload is not valid gzip") from None
    if len(plain) > largest:
        raise PayloadTooLarge(len(plain), largest)
    return plain


def pack(body: bytes) -> bytes:
    """The body as gzip; equal bodies give equal bytes. Speed counts more than the last byte."""
    return gzip.compress(body, compresslevel=1, mtime=0)

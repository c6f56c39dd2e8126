"""Bytes and digests of texts from anywhere: half of a surrogate pair comes in, too, and must not be a fault of ours."""

import hashlib


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def digest_of(text: str) -> str:
    """What is kept of a token, code or cookie, so that a stolen database opens nothing.

    They are random enough that a plain SHA-256 cannot be turned round.
    """
    return hashlib.sha256(as_bytes(text)).hexdigest()

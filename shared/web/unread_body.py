"""What a view leaves unread of a request.

A server that has answered closes a connection on which a body is still to come: a client that keeps its connections,
and sends the body after the headers, would find its next request unanswered. One that is still sending finds the
connection broken, and many then look for no answer.
"""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING

from werkzeug.wsgi import ClosingIterator, get_content_length

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

AT_MOST = 1 << 20
"""Bytes that are read before the answer, for the sake of a connection; past that a new one is cheaper."""
AFTERWARDS = 1 << 26
"""Bytes that are read after it, so that a client in the midst of sending comes to read it (RFC 9112, 9.6)."""
PIECE = 1 << 16


def may_have_body(environ: "WSGIEnvironment") -> bool:
    """Whether there can be something to read: the headers tell, and asking the server takes longer than they do.

    Only a server that marks the body's end is read from: from any other, reading on would wait for ever.
    """
    is_announced = "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ
    return is_announced and "wsgi.input_terminated" in environ


def read_to_its_end(environ: "WSGIEnvironment", status: int) -> bool:
    """Read what is left of the body and throw it away; False when some is still to come after this answer's status."""
    return not _is_not_wanted(environ, status) and _read(environ, AT_MOST)


def before_the_rest(answer: Iterable[bytes], environ: "WSGIEnvironment") -> Iterable[bytes]:
    """The answer, after which what still comes of the body is read, unless the client waits to be asked for it."""
    return ClosingIterator(chain(answer, _rest(environ)), getattr(answer, "close", None))


def _rest(environ: "WSGIEnvironment") -> Iterator[bytes]:
    if "HTTP_EXPECT" not in environ:
        _read(environ, AFTERWARDS)
    yield from ()


def _read(environ: "WSGIEnvironment", left: int) -> bool:
    """Whether the body ended within so many bytes."""
    body = environ["wsgi.input"]
    while left > 0:
        piece = body.read(PIECE)
        if not piece:
            return True
        left -= len(piece)
    return False


def _is_not_wanted(environ: "WSGIEnvironment", status: int) -> bool:
    """Whether an answer other than success spares the client a body: one that is large, or waits to be asked for."""
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return False
    announced = get_content_length(environ) or 0
    return status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or announced > AT_MOST or "HTTP_EXPECT" in environ

"""What a view leaves unread of a request.

A server that has answered closes a connection on which a body is still to come: a client that keeps its connections,
and sends the body after the headers, would find its next request unanswered.
"""

from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

AT_MOST = 1 << 20
"""Bytes that are read for the sake of a connection; past that a new one is cheaper."""
PIECE = 1 << 16


def read_to_its_end(environ: "WSGIEnvironment", status: int) -> bool:
    """Read what is left of the body and throw it away; False when some is still to come after this answer's status.

    Only a server that marks the body's end is read from: from any other, reading on would wait for ever.
    """
    if "wsgi.input_terminated" not in environ:
        return True
    if _is_not_wanted(environ, status):
        return False
    body, left = environ["wsgi.input"], AT_MOST
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
    announced = int(environ.get("CONTENT_LENGTH") or 0)
    return status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or announced > AT_MOST or "HTTP_EXPECT" in environ

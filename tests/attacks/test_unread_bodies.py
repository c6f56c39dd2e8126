"""Bodies that nobody reads, on connections that are kept (RFC 9112, 9.3): as clients send them, after the headers."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from patience import HANGING
from servers import RunningPair

ON_THE_WAY = 0.2
"""Seconds that a body comes after its headers: long enough for a refusal that does not wait for it."""
REFUSED = {
    "the instance": ("emulator_url", "/api/now/table/incident"),
    "a page that is not there": ("emulator_url", "/nothing.do"),
    "the tenant": ("connector_url", "/api/v1/sync"),
}


@pytest.fixture(params=REFUSED)
def refused(request, pair: RunningPair) -> tuple[str, str]:
    """A server, and a path that answers this client without a look at the body."""
    server, path = REFUSED[request.param]
    return urlsplit(getattr(pair, server)).netloc, path


@contextmanager
def kept_connection(netloc: str) -> Iterator[socket.socket]:
    host, port = netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=HANGING) as connection:
        yield connection


def head(netloc: str, path: str, *more: str, length: int = 2) -> bytes:
    lines = [f"POST {path} HTTP/1.1", f"Host: {netloc}", "Content-Type: application/json", f"Content-Length: {length}"]
    return "\r\n".join([*lines, *more, "", ""]).encode()


def answer(connection: socket.socket) -> str:
    """The next answer, without its body; empty when the connection is closed in its place."""
    return connection.recv(1 << 20).decode(errors="replace").partition("\r\n\r\n")[0].lower()


def test_body_that_comes_after_the_refusal_leaves_the_connection_as_it_is(refused):
    """Of each client that keeps its connections, the next request would fail, now and then."""
    netloc, path = refused
    with kept_connection(netloc) as connection:
        connection.sendall(head(netloc, path))
        time.sleep(ON_THE_WAY)
        connection.sendall(b"{}")
        first = answer(connection)
        connection.sendall(head(netloc, path) + b"{}")
        assert answer(connection).splitlines()[0] == first.splitlines()[0]


@pytest.mark.parametrize(
    ("more", "length"), [((), 10_000_000), (("Expect: 100-continue",), 2)], ids=["large", "not asked for"]
)
def test_client_that_is_spared_the_body_is_told_to_connect_anew(refused, more: tuple[str, ...], length: int):
    netloc, path = refused
    with kept_connection(netloc) as connection:
        connection.sendall(head(netloc, path, *more, length=length))
        assert "connection: close" in answer(connection)

"""Bodies that nobody reads, on connections that are kept (RFC 9112, 9.3): as clients send them, after the headers."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest
from patience import HANGING
from servers import RunningPair

ON_THE_WAY = 0.2
"""Seconds that a body comes after its headers: long enough for a refusal that does not wait for it."""
LARGE = 10_000_000
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


def answer(connection: socket.socket) -> HTTPResponse:
    """The next answer, with its body read."""
    found = HTTPResponse(connection, method="POST")
    found.begin()
    found.read()
    return found


def test_body_that_comes_after_the_refusal_leaves_the_connection_as_it_is(refused):
    """Of each client that keeps its connections, the next request would fail, now and then."""
    netloc, path = refused
    with kept_connection(netloc) as connection:
        connection.sendall(head(netloc, path))
        time.sleep(ON_THE_WAY)
        connection.sendall(b"{}")
        first = answer(connection)
        connection.sendall(head(netloc, path) + b"{}")
        assert answer(connection).status == first.status


def test_client_in_the_midst_of_a_large_body_is_told_to_connect_anew_and_may_go_on(refused):
    """Many clients look for no answer once the connection has broken under what they send."""
    netloc, path = refused
    with kept_connection(netloc) as connection:
        connection.sendall(head(netloc, path, length=LARGE))
        assert answer(connection).getheader("Connection") == "close"
        connection.sendall(bytes(LARGE))
        assert connection.recv(1) == b""


def test_client_that_waits_to_be_asked_for_the_body_is_not_waited_for(refused):
    netloc, path = refused
    with kept_connection(netloc) as connection:
        connection.sendall(head(netloc, path, "Expect: 100-continue"))
        assert answer(connection).getheader("Connection") == "close"
        assert connection.recv(1) == b""

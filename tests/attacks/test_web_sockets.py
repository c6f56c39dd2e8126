"""Attacks below HTTP's own rules, over raw sockets against the real servers."""

import socket
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from patience import HANGING
from servers import RunningPair

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /login.do HTTP/1.1\r\nHost: localhost\r\n"
REQUESTS = {
    "length and chunks": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 36\r\n\r\n" + SMUGGLED,
    "a chunk of junk": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + SMUGGLED,
    "a negative length": POST + b"Content-Length: -1\r\n\r\n" + SMUGGLED,
    "an unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + SMUGGLED,
    "a folded header": b"GET /login.do HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n c\r\n\r\n",
    "a space before the colon": b"GET /login.do HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "no host": b"GET /login.do HTTP/1.1\r\nConnection: close\r\n\r\n",
}
PATHS = (
    b"//home.do",
    b"/%2e%2e/home.do",
    b"/static/../home.do",
    b"/static/%2e%2e%2fhome.do",
    b"/home.do;x",
    b"/home.do%00",
)
BYPASSED = b'id="navigator"'


def exchanged(url: str, request: bytes) -> bytes:
    """All that the server answers until it closes the connection, as it does after what is odd, too."""
    parts = urlsplit(url)
    answer = b""
    with socket.create_connection((parts.hostname, parts.port), timeout=HANGING) as connection:
        connection.sendall(request)
        with suppress(ConnectionResetError):
            while part := connection.recv(65536):
                answer += part
    return answer


@pytest.mark.attack("C24")
@pytest.mark.parametrize("address", ["emulator_url", "connector_url"])
@pytest.mark.parametrize("how", REQUESTS)
def test_c24_no_request_hides_in_another(pair: RunningPair, address: str, how: str) -> None:
    """At most one answer, and none for the request that was hidden; never a fault."""
    answer = exchanged(getattr(pair, address), REQUESTS[how])
    assert answer.count(b"HTTP/1.1 ") <= 1, answer[:2000]
    assert b" 500 " not in answer[:20]
    assert b"smuggled" not in answer


@pytest.mark.parametrize("raw", [b"<", b">", b'"'])
def test_an_address_with_an_angle_is_refused_by_the_server_itself(pair: RunningPair, raw: bytes) -> None:
    """docs/rest.md says so, since clients that encode nothing meet it: no more is to be done about it from here."""
    path = b"/api/now/table/incident?sysparm_query=opened_at" + raw + b"=2020-01-01"
    request = b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert exchanged(pair.emulator_url, request).startswith(b"HTTP/1.1 400 ")


@pytest.mark.attack("C20")
@pytest.mark.parametrize("path", PATHS)
def test_c20_no_path_gets_past_the_login(pair: RunningPair, path: bytes) -> None:
    """Sent as they stand, which no HTTP client does."""
    for url in (pair.emulator_url, pair.connector_url):
        host = urlsplit(url).netloc.encode()
        answer = exchanged(url, b"GET " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
        assert answer.split(b" ", 2)[1] in {b"301", b"302", b"303", b"308", b"400", b"404"}, answer[:500]
        assert BYPASSED not in answer


@pytest.mark.attack("C17")
def test_c17_no_two_hosts_and_no_absolute_address_change_whose_site_it_is(pair: RunningPair) -> None:
    """As no HTTP client sends it: whatever is answered is answered for our own name, or refused."""
    for url, path in ((pair.emulator_url, "/login.do"), (pair.connector_url, "/signin")):
        host = urlsplit(url).netloc
        for first in (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nHost: evil.example",
            f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nHost: {host}",
            f"GET http://evil.example{path} HTTP/1.1\r\nHost: {host}",
            f"GET {url}{path} HTTP/1.1\r\nHost: evil.example",
            f"GET {path} HTTP/1.1\r\nHost: {host}@evil.example",
        ):
            answer = exchanged(url, f"{first}\r\nConnection: close\r\n\r\n".encode())
            assert answer.split(b" ", 2)[1] in {b"200", b"400"}, first
            assert b"evil" not in answer, first

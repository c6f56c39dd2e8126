"""Bodies over the limit (D01), against the real servers: refused before they have come."""

import socket
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from patience import HANGING
from servers import RunningPair
from ticketlab.connector.testing import ADMIN, PASSWORD

TERABYTE = 10**12
INSTANCE = "emulator_url"
TENANT = "connector_url"
FORM = "application/x-www-form-urlencoded"
ADDRESSES = {
    "a record": (INSTANCE, "POST /api/now/table/incident", "application/json"),
    "a record's change": (INSTANCE, f"PATCH /api/now/table/incident/{'0' * 32}", "application/json"),
    "a batch": (INSTANCE, "POST /api/now/v1/batch", "application/json"),
    "imported rows": (INSTANCE, "POST /api/now/import/imp_incident/insertMultiple", "application/json"),
    "a file": (INSTANCE, "POST /api/now/attachment/file?table_name=incident&table_sys_id=x&file_name=a", "text/plain"),
    "a token request": (INSTANCE, "POST /oauth_token.do", FORM),
    "a login": (INSTANCE, "POST /login.do", FORM),
    "the tenant's connection": (TENANT, "PUT /api/v1/connection", "application/json"),
    "a ticket": (TENANT, "POST /api/v1/tickets", "application/json"),
    "the tenant's sign-in": (TENANT, "POST /signin", FORM),
}


@pytest.fixture(name="credentials")
def _credentials(pair: RunningPair) -> dict[str, str]:
    """An Authorization header for each app."""
    form = {"grant_type": "password", "username": ADMIN, "password": PASSWORD}
    token = requests.post(f"{pair.connector_url}/contoso/oauth2/v2.0/token", data=form, timeout=HANGING)
    basic = b64encode(b"admin:admin").decode()
    return {INSTANCE: f"Basic {basic}", TENANT: f"Bearer {token.json()['access_token']}"}


def status_of(pair: RunningPair, what: str, credentials: dict[str, str], framing: str, parts: Iterator[bytes]) -> int:
    """Send a request's head and some parts of its body, never its end, and wait for the answer."""
    app, line, content_type = ADDRESSES[what]
    url = urlsplit(getattr(pair, app))
    head = (
        f"{line} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: {content_type}\r\n"
        f"Authorization: {credentials[app]}\r\n{framing}\r\n\r\n"
    )
    with socket.create_connection((url.hostname, url.port), timeout=HANGING) as connection:
        connection.sendall(head.encode())
        try:
            for part in parts:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):  # refused meanwhile
            pass
        return int(connection.recv(100).split()[1])


@pytest.mark.attack("D01")
@pytest.mark.parametrize("what", ADDRESSES)
def test_d01_a_length_over_the_limit_is_413_before_any_of_the_body_has_come(pair, credentials, what):
    """Whoever waits for what is announced waits, and keeps it, for ever."""
    assert status_of(pair, what, credentials, f"Content-Length: {TERABYTE}", iter(())) == 413


@pytest.mark.attack("D01")
@pytest.mark.parametrize("what", ["a record", "a token request", "a ticket", "the tenant's sign-in"])
def test_d01_chunks_are_413_once_they_are_more_than_the_limit(pair, credentials, what):
    """They have no length and here no end."""
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    size = {INSTANCE: 10 * 1024 * 1024, TENANT: 1_000_000}[ADDRESSES[what][0]]
    parts = (chunk for _ in range(size // 0x10000 + 2))
    assert status_of(pair, what, credentials, "Transfer-Encoding: chunked", parts) == 413

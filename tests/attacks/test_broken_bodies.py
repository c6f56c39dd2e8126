"""Clients that end in the midst of a body: the server hands on what came, as if it were all."""

import base64
import json
import socket
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest
import requests
from patience import HANGING
from servers import RunningPair

ADMIN = ("admin", "admin")
INCIDENTS = "/api/now/table/incident"


def broken_off(url: str, path: str, body: bytes, announced: int) -> HTTPResponse:
    """What is answered to a client that announces more than it sends, and then sends no more."""
    place = urlsplit(url)
    basic = base64.b64encode(":".join(ADMIN).encode()).decode()
    lines = [f"POST {path} HTTP/1.1", f"Host: {place.netloc}", f"Authorization: Basic {basic}"]
    lines += ["Content-Type: application/json", f"Content-Length: {announced}", "", ""]
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=HANGING) as connection:
        connection.sendall("\r\n".join(lines).encode() + body)
        connection.shutdown(socket.SHUT_WR)
        found = HTTPResponse(connection, method="POST")
        found.begin()
        return found


def rows(pair: RunningPair, path: str) -> list[dict[str, object]]:
    answer = requests.get(f"{pair.emulator_url}{path}", auth=ADMIN, timeout=HANGING)
    found: list[dict[str, object]] = answer.json()["result"]
    return found


@pytest.mark.parametrize("body", [b"", b" ", b'{"short_description": "half"'])
def test_client_that_ends_before_its_body_makes_no_record(pair: RunningPair, body):
    """Without a body a record of no fields is made: the whole of nothing, and no rest of something."""
    before = rows(pair, INCIDENTS)
    assert broken_off(pair.emulator_url, INCIDENTS, body, announced=100).status == 400
    assert rows(pair, INCIDENTS) == before


def test_half_a_file_is_no_file(pair: RunningPair):
    """Kept for a whole one, it would stand beside the one that the client sends again."""
    sys_id = rows(pair, INCIDENTS)[0]["sys_id"]
    path = f"/api/now/attachment/file?table_name=incident&table_sys_id={sys_id}&file_name=half.bin"
    answer = broken_off(pair.emulator_url, path, b"x" * 100_000, announced=1_000_000)
    assert (answer.status, json.loads(answer.read())["error"]["message"]) == (400, "Exception while reading request")
    assert rows(pair, "/api/now/attachment?file_name=half.bin") == []

"""An instance killed while somebody attaches a file: the file is there with its row, or neither is."""

import base64
import hashlib
import os
import signal
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from patience import HANGING
from served_tenant import wait_until
from ticketlab.emulator import create_app
from ticketlab.emulator.records.attachments import Attachments
from ticketlab.emulator.settings import Settings
from ticketlab.emulator.store.contents import GRACE
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.web.parts import part_of

AUTH = ("admin", "admin")
INCIDENT = "9c573169c611228700193229fff72400"
UPLOAD = f"/api/now/attachment/file?table_name=incident&table_sys_id={INCIDENT}&file_name=big.bin"
HOOKS = Path(__file__).parent / "kill_points"
FILE = bytes(range(256)) * 32 * 1024
DIGEST = hashlib.sha256(FILE).hexdigest()


@pytest.fixture
def folder(tmp_path) -> Path:
    """Seeded already, so that a server starts at once."""
    close(make_instance(tmp_path / "kept"))
    return tmp_path / "kept"


def unfinished(folder: Path) -> list[Path]:
    return sorted((folder / "attachments" / "unfinished").glob("*"))


def named(folder: Path) -> set[str]:
    """The digests that files are named by; each file holds what its name says."""
    found = sorted((folder / "attachments").glob("[0-9a-f][0-9a-f]/*"))
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in found] == [path.name for path in found]
    return {path.name for path in found}


def started_again(folder: Path) -> Flask:
    """On the data as they are; ``make_instance`` would lay out the seed over them."""
    return create_app(Settings(data=folder, log_to_terminal=False))


def attached(folder: Path) -> set[str]:
    """The digests of the files that rows tell of, after a new start; each can be fetched whole."""
    instance = started_again(folder)
    client = instance.test_client()
    rows = client.get("/api/now/attachment", auth=AUTH).json["result"]
    for row in rows:
        content = client.get(f"/api/now/attachment/{row['sys_id']}/file", auth=AUTH).data
        assert (hashlib.sha256(content).hexdigest(), str(len(content))) == (row["hash"], row["size_bytes"])
    close(instance)
    return {row["hash"] for row in rows}


def sweep_later(folder: Path) -> None:
    """What the hourly purge does once all files are old."""
    old = time.time() - GRACE.total_seconds() - 60
    for path in (folder / "attachments").rglob("*"):
        os.utime(path, (old, old))
    instance = started_again(folder)
    part_of(instance, Attachments).sweep()
    close(instance)


def send_half(url: str, folder: Path) -> socket.socket:
    """Begin an upload, and wait until a part of it is on the disk."""
    address = urlsplit(url)
    connection = socket.create_connection((address.hostname, address.port))
    head = (
        f"POST {UPLOAD} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: {len(FILE)}\r\n"
        f"Authorization: Basic {base64.b64encode(':'.join(AUTH).encode()).decode()}\r\n\r\n"
    )
    connection.sendall(head.encode() + FILE[: len(FILE) // 2])
    wait_until(lambda: any(path.stat().st_size for path in unfinished(folder)))
    return connection


@pytest.mark.attack("S02")
def test_s02_upload_killed_halfway_leaves_neither_row_nor_half_a_file(instance_server, folder):
    """What was written so far bears no content's name, and the purge takes it away."""
    before = named(folder)
    server = instance_server(data=folder)
    with send_half(server.url, folder):
        os.killpg(server.pid, signal.SIGKILL)
    assert len(unfinished(folder)) == 1
    assert attached(folder) == named(folder) == before
    sweep_later(folder)
    assert unfinished(folder) == []
    assert named(folder) == before


@pytest.mark.long
@pytest.mark.attack("S02")
@pytest.mark.parametrize(("point", "is_there"), [("after attachment written", False), ("after commit", True)])
def test_s02_upload_killed_beside_its_row_keeps_both_or_neither(
    instance_server, folder, tmp_path, monkeypatch, point, is_there
):
    """The file is on the disk before its row is; without one it is swept up."""
    before = named(folder)
    armed = tmp_path / "armed"
    monkeypatch.setenv("PYTHONPATH", str(HOOKS))
    monkeypatch.setenv("KILL_AT", point)
    monkeypatch.setenv("KILL_WHEN", str(armed))
    url = instance_server(data=folder).url
    armed.touch()
    with pytest.raises(requests.ConnectionError):
        requests.post(url + UPLOAD, data=FILE, auth=AUTH, timeout=HANGING)
    assert not armed.exists()
    assert named(folder) == before | {DIGEST}
    kept = before | {DIGEST} if is_there else before
    assert attached(folder) == kept
    sweep_later(folder)
    assert attached(folder) == named(folder) == kept

"""A scripted upstream on a real socket: it answers, stalls, breaks off or floods exactly as a test asks."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from patience import HANGING


@dataclass(frozen=True)
class Heard:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


Script = Callable[[Heard, socket.socket], None]

_free_ports: list[int] = []
"""Used before in this process, and used again: a tenant that knows the address may be kept for another test."""


_held: list[socket.socket] = []


def _listen() -> socket.socket:
    while _free_ports:
        with suppress(OSError):  # somebody else has taken it
            return socket.create_server(("127.0.0.1", _free_ports.pop()), backlog=256)
    return socket.create_server(("127.0.0.1", 0), backlog=256)


@dataclass
class FaultServer:
    """Calls ``script`` with each request and the raw connection; keeps what it heard."""

    script: Script
    heard: list[Heard] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = _listen()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        host, port = self._listener.getsockname()
        return f"http://{host}:{port}"

    def heard_at(self, path: str) -> list[Heard]:
        return [request for request in self.heard if request.path == path]

    def stop(self) -> None:
        self._stopped.set()
        port = self._listener.getsockname()[1]
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(HANGING)
        _free_ports.append(port)

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            request = read_request(connection)
            if request is not None:
                self.heard.append(request)
                self.script(request, connection)


@contextmanager
def fault_server(script: Script) -> Iterator[FaultServer]:
    server = FaultServer(script)
    try:
        yield server
    finally:
        server.stop()


def read_request(connection: socket.socket) -> Heard | None:
    connection.settimeout(HANGING)
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(65536)
        if not more:
            return None
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    request_line, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        more = connection.recv(65536)
        if not more:  # killed between its headers and its body
            return None
        body += more
    method, target, _version = request_line.split(" ")
    return Heard(method, target, headers, body)


def response(status: int, body: bytes | str, content_type: str = "application/json", **headers: str) -> bytes:
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Type: {content_type}", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + content


def answering(status: int, body: object, content_type: str = "application/json", **headers: str) -> Script:
    """Answer each request alike; a body that is neither text nor bytes becomes JSON."""
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return lambda _request, connection: connection.sendall(response(status, content, content_type, **headers))


def silent(seconds: float) -> Script:
    """Take the request and say nothing."""
    return lambda _request, _connection: time.sleep(seconds)


def dripping(content: bytes, seconds_a_byte: float, *, at_once: bytes = b"") -> Script:
    """Send ``content`` one byte at a time, so that no read ever times out, after what is sent at once."""

    def drip(_request: Heard, connection: socket.socket) -> None:
        connection.sendall(at_once)
        for byte in content:
            connection.sendall(bytes([byte]))
            time.sleep(seconds_a_byte)

    return drip


def truncated(body: str, sent: int) -> Script:
    """Promise the whole body, send a part, hang up."""
    whole = response(200, body)
    head = len(whole) - len(body.encode())
    return lambda _request, connection: connection.sendall(whole[: head + sent])


def resetting(_request: Heard, connection: socket.socket) -> None:
    """Break the connection off with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def flooding(total: int) -> Script:
    """Send ``total`` bytes of a JSON text."""

    def flood(_request: Heard, connection: socket.socket) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {total}\r\n\r\n".encode()
        connection.sendall(head + b'{"result": "')
        for _ in range(total // 65536):
            connection.sendall(b"x" * 65536)

    return flood


def refused_url() -> str:
    """An address where nobody listens, nor can begin to: its port stays taken."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    _held.append(holder)
    host, port = holder.getsockname()
    return f"http://{host}:{port}"

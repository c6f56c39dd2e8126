"""A closed loop of requests over kept-open connections, spending as little of the machine on itself as Python can."""

import selectors
import socket
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field

END_OF_HEAD = b"\r\n\r\n"


@dataclass
class Figures:
    """What one run saw."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    """Of each answered request, in seconds."""
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, percent: int) -> float:
        """In milliseconds."""
        if len(self.latencies) < 2:
            return float("nan")
        return statistics.quantiles(self.latencies, n=100)[percent - 1] * 1000


@dataclass(frozen=True)
class Request:
    """What is sent again and again."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def bytes(self) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1", *(": ".join(each) for each in self.headers)]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


class _Connection:
    """One connection with at most one request under way."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request
        self._received = b""
        self.sent_at = 0.0

    def send(self) -> None:
        self._received = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(self._request)

    def receive(self) -> str:
        """Read what is there; the status once the whole answer has come, empty before."""
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError("The server closed the connection")
        self._received += part
        head, end, body = self._received.partition(END_OF_HEAD)
        return head[9:12].decode() if end and len(body) >= _length(head) else ""


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    return 0


def run(port: int, request: Request, seconds: float, connections: int = 8) -> Figures:
    """Ask for so long; what is under way at the end is waited for and counts."""
    figures = Figures(0)
    selector = selectors.DefaultSelector()
    open_connections = [_Connection(port, request.bytes) for _ in range(connections)]
    for each in open_connections:
        selector.register(each.socket, selectors.EVENT_READ, each)
        each.send()
    began = time.perf_counter()
    waiting = connections
    while waiting:
        for key, _events in selector.select():
            connection: _Connection = key.data
            status = connection.receive()
            if not status:
                continue
            now = time.perf_counter()
            figures.latencies.append(now - connection.sent_at)
            figures.statuses[status] += 1
            if now - began < seconds:
                connection.send()
            else:
                waiting -= 1
    figures.seconds = time.perf_counter() - began
    for each in open_connections:
        each.socket.close()
    selector.close()
    return figures

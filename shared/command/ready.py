"""Does a server answer? Asked with a bare socket: importing an HTTP library would slow the start it waits for."""

import socket

from .codes import KEY_HEADER

SECONDS = 2.0


def answers(host: str, port: int, lab_key: str = "") -> bool:
    """Whether ``/lab/health`` says that the app and its database work."""
    request = f"GET /lab/health HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n"
    if lab_key:
        request += f"{KEY_HEADER}: {lab_key}\r\n"
    try:
        with socket.create_connection((host, port), timeout=SECONDS) as connection:
            connection.sendall(request.encode() + b"\r\n")
            return connection.recv(16).startswith(b"HTTP/1.1 200")
    except OSError:
        return False

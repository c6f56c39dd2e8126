"""Does a server answer? Asked with a bare socket: importing an HTTP library would slow the start it waits for."""

import socket

from ..lab_key import KEY_HEADER

SECONDS = 2.0


def answers(host: str, port: int, lab_key: str = "", *, tls: bool = False) -> bool:
    """Whether ``/lab/health`` says that the app and its database work."""
    request = f"GET /lab/health HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n"
    if lab_key:
        request += f"{KEY_HEADER}: {lab_key}\r\n"
    try:
        with socket.create_connection((host, port), timeout=SECONDS) as plain, _over(plain, tls=tls) as connection:
            connection.sendall(request.encode() + b"\r\n")
            return connection.recv(16).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def _over(plain: socket.socket, *, tls: bool) -> socket.socket:
    """The same connection or TLS on it. Nothing is checked: it is our own server, and only asked whether it answers."""
    if not tls:
        return plain
    import ssl  # takes its time, and few starts need it

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain)

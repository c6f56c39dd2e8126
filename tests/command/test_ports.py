"""Ports are reserved before their server starts."""

import socket

import pytest
from patience import HANGING
from ticketlab.shared.command.ports import Port
from ticketlab.shared.errors import RefusedToStart


def test_reserved_port_is_taken_by_nobody_else():
    """Two pairs that start at once never get the same port, nor does a stranger."""
    port = Port("127.0.0.1", 0)
    with pytest.raises(RefusedToStart, match=str(port.number)):
        Port("127.0.0.1", port.number)
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind(("127.0.0.1", port.number))
    port.close()


def test_a_port_that_cannot_be_had_is_refused_with_what_to_do():
    """The option and, for ``make run``, the variable that take another; or the host, where that is what is wrong."""
    port = Port("127.0.0.1", 0)
    another = r"Name another one with --tls-port or TICKETLAB_TLS_PORT; 0 takes a free one\."
    with pytest.raises(RefusedToStart, match=another):
        Port("127.0.0.1", port.number, "https", "--tls-port")
    port.close()
    for host in ("192.0.2.1", "no.such.host.invalid"):
        with pytest.raises(
            RefusedToStart, match=rf"{host} is not an address of this machine: Name one .* with --host\."
        ):
            Port(host, 0)


def test_server_that_shares_may_listen_on_a_reserved_port():
    """The reservation gets no connection itself: they reach the server (or accept would time out)."""
    port = Port("127.0.0.1", 0)
    with socket.socket() as server:
        server.settimeout(HANGING)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        server.bind(("127.0.0.1", port.number))
        server.listen()
        with socket.create_connection(("127.0.0.1", port.number), timeout=HANGING):
            connection, _ = server.accept()
            connection.close()
    port.close()


def test_port_is_free_right_after_its_server_stopped():
    """Old connections in TIME_WAIT are no obstacle to the next start."""
    port = Port("127.0.0.1", 0)
    number = port.number
    with socket.socket() as server:
        for option in (socket.SO_REUSEPORT, socket.SO_REUSEADDR):  # as granian sets them
            server.setsockopt(socket.SOL_SOCKET, option, 1)
        server.bind(("127.0.0.1", number))
        server.listen()
        client = socket.create_connection(("127.0.0.1", number), timeout=HANGING)
        server.accept()[0].close()  # the server closes first, so the port's side waits
        client.close()
    port.close()
    Port("127.0.0.1", number).close()


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:"), ("::1", "http://[::1]:"), ("0.0.0.0", "http://127.0.0.1:")],  # noqa: S104
)
def test_address_is_one_that_a_client_here_can_use(host: str, url: str):
    """A wildcard is no address; IPv6 needs its brackets."""
    port = Port(host, 0)
    assert port.url == f"{url}{port.number}"
    port.close()

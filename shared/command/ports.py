"""The servers' ports, reserved before they start: a taken one is refused at once, and a free one stays ours."""

import errno
import socket

from ..errors import RefusedToStart

ANY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - read, never bound here


class Port:
    """A port this process holds for a server that it starts.

    The holding socket is bound but does not listen, so it gets no connection. It is bound exclusively, so a port that
    is in use fails here; only then does it agree to share (``SO_REUSEPORT``, as every worker of the server asks for).
    Two pairs that start at the same moment on "any free port" can therefore never meet.
    """

    def __init__(self, host: str, number: int, scheme: str = "http", option: str = "--port") -> None:
        """``option`` is what somebody gives who wants another number. Raises RefusedToStart."""
        self.host = host
        self.scheme = scheme
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._holder = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._bind(number)
        except OSError as error:
            self._holder.close()
            raise _refused(host, number, option, error) from error
        self.number: int = self._holder.getsockname()[1]

    def _bind(self, number: int) -> None:
        holder = self._holder
        if number:  # connections of a server that has just stopped are no obstacle
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((self.host, number))
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        if hasattr(socket, "SO_REUSEPORT"):
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        else:
            holder.close()

    @property
    def address(self) -> str:
        """The name under which a client on this machine reaches the host."""
        if self.host in ANY_ADDRESS:
            return ANY_ADDRESS[self.host]
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.address}:{self.number}"

    def close(self) -> None:
        self._holder.close()


def _refused(host: str, number: int, option: str, error: OSError) -> RefusedToStart:
    """Says what has to be another: the host, where it is none of this machine's, else the port."""
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return RefusedToStart(f"{host} is not an address of this machine", "Name one of its own with --host.")
    variable = f"TICKETLAB_{option.removeprefix('--').replace('-', '_').upper()}"
    another = f"Name another one with {option} or {variable}; 0 takes a free one."
    return RefusedToStart(f"Port {number} on {host} cannot be used", f"{error.strerror or error}. {another}")

"""HTTP to an instance that may be slow, broken or hostile: every call ends in time and fits into memory."""

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from threading import Timer
from typing import Any

from requests import PreparedRequest, RequestException, Response, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

from ...shared.log_context import about
from ...shared.web.request_id import HEADER

CONNECT_SECONDS = 5.0
MOST_BYTES = 5_000_000
CHUNK = 65_536


class TooSlow(RequestException):
    """The answer was not complete when the call's time was over."""


class TooLarge(RequestException):
    """The answer has more bytes than any honest one."""


class _Deadline:
    """The end of one call's time. A socket under guard is shut down then, however slowly bytes still drip in.

    A read timeout alone would begin anew with every byte.
    """

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds
        self._timer: Timer | None = None
        self.has_cut = False
        """Whether it ended an answer, which then may look like one that was complete."""

    @property
    def left(self) -> float:
        return self._at - time.monotonic()

    @property
    def passed(self) -> bool:
        return self.left <= 0

    def guard(self, connection: socket.socket | None) -> None:
        self.release()
        if self.passed:
            raise TooSlow("The call's time is over.")
        if connection is not None:
            self._timer = Timer(self.left, self._cut, (connection,))
            self._timer.daemon = True
            self._timer.start()

    def release(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _cut(self, connection: socket.socket) -> None:
        self.has_cut = True
        with suppress(OSError):  # it may have been closed in the meantime
            socket.socket.shutdown(connection, socket.SHUT_RDWR)  # below TLS, whose own would wait for an answer


_deadline: ContextVar[_Deadline | None] = ContextVar("deadline", default=None)


def _guard(connection: HTTPConnection) -> None:
    deadline = _deadline.get()
    if deadline is not None:
        deadline.guard(connection.sock)


class _GuardedConnection(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as in urllib3's own
        _guard(self)
        return super().getresponse()


class _GuardedTlsConnection(HTTPSConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as in urllib3's own
        _guard(self)
        return super().getresponse()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _GuardedConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTlsConnection


class BoundedAdapter(HTTPAdapter):
    """Reads each answer whole, within a total time and up to a size; never hands out a stream."""

    def __init__(
        self, seconds: float, *, retries: Retry | int = 0, most_bytes: int = MOST_BYTES, source_address: str = ""
    ) -> None:
        self._seconds = seconds
        self._source_address = source_address
        self._most_bytes = most_bytes
        super().__init__(max_retries=retries, pool_maxsize=32)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        host, pool = super().build_connection_pool_key_attributes(*args, **kwargs)
        if self._source_address and _leads_to(self._source_address, host["host"]):
            return host, {**pool, "source_address": (self._source_address, 0)}
        return host, pool

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        if about().get("request"):
            request.headers[HEADER] = about()["request"]
        deadline = _Deadline(self._seconds)
        token = _deadline.set(deadline)
        kwargs.update(stream=True, timeout=(min(CONNECT_SECONDS, self._seconds), self._seconds))
        try:
            response = self._read(super().send(request, *args, **kwargs))
        except (RequestException, HTTPError, OSError) as error:
            if deadline.passed:
                raise self._too_slow() from error
            raise
        finally:
            deadline.release()
            _deadline.reset(token)
        if deadline.has_cut:  # in its headers, or in a body that only the connection's end ends
            raise self._too_slow()
        return response

    def _too_slow(self) -> TooSlow:
        return TooSlow(f"No complete answer within {self._seconds:g} s.")

    def _read(self, response: Response) -> Response:
        body = bytearray()
        for chunk in response.iter_content(CHUNK):
            body += chunk
            if len(body) > self._most_bytes:
                response.raw.close()
                raise TooLarge(f"The answer has more than {self._most_bytes} bytes.")
        response._content = bytes(body)  # noqa: SLF001 - iter_content marks it consumed, and there is no other way in
        return response


def _leads_to(source: str, host: str) -> bool:
    """Whether calls from this address can reach the host: from a loopback address only the same machine is."""
    address = ip_address(source)
    if not address.is_loopback or host == "localhost":
        return True
    try:
        there = ip_address(host.strip("[]"))
    except ValueError:
        return False
    return there.is_loopback and there.version == address.version


def safe_retries() -> Retry:
    """Retries of GETs whose connection failed; a POST is repeated by the outbox alone, which can tell its twins."""
    return Retry(total=2, connect=2, read=1, status=0, redirect=0, other=0, backoff_factor=0.1, allowed_methods={"GET"})


def harden(session: Session, adapter: HTTPAdapter) -> None:
    """Let ``session`` keep no cookies, take nothing from the environment, and use the bounded adapter only."""
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.trust_env = False
    session.adapters.clear()
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.headers.update(HEADERS)


HEADERS: Mapping[str, str] = {
    "User-Agent": "ticketlab-connector",
    "Accept": "application/json",
    "Accept-Encoding": "identity",  # nothing that unpacks to a thousand times its size
}

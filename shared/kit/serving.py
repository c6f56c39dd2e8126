"""An HTTP server in this process: it keeps its port, and serves one world's app after another."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import WSGIRequestHandler, make_server

SECONDS_TO_FINISH = 10.0


class QuietHandler(WSGIRequestHandler):
    """Says nothing of requests: the test's output is the test's. And no header but the app's own, as granian does."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """The library's own adds Server and Date, which every app here has already."""
        self.log_request(code)
        self.send_response_only(code, message)

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        pass


class AppServer:
    """Listens on a free port of 127.0.0.1 for as long as the process lives."""

    def __init__(self) -> None:
        self._app: WSGIApplication | None = None
        self._busy = 0
        self._change = Condition()
        server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=QuietHandler)
        self.url = f"http://127.0.0.1:{server.port}"
        Thread(target=server.serve_forever, name=f"ticketlab {self.url}", daemon=True).start()

    @contextmanager
    def serving(self, app: WSGIApplication) -> Iterator[None]:
        """Serve this app; at the end, wait for the requests that are under way."""
        with self._change:
            self._app = app
        try:
            yield
        finally:
            with self._change:
                self._app = None
                self._change.wait_for(lambda: not self._busy, SECONDS_TO_FINISH)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._change:
            app, self._busy = self._app, self._busy + 1
        try:
            if app is None:
                start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
                return [b"The test's world has ended."]
            return [b"".join(_closed(app(environ, start_response)))]
        finally:
            with self._change:
                self._busy -= 1
                self._change.notify_all()


def _closed(body: Iterable[bytes]) -> Iterator[bytes]:
    """The body's parts; it is closed when the last was read, while its app still is in use."""
    try:
        yield from body
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()

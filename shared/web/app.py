"""The Flask that both apps are."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any

from flask import Flask, Request, Response
from werkzeug.datastructures import Headers
from werkzeug.exceptions import BadHost, RequestEntityTooLarge
from werkzeug.routing import MapAdapter
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream

from .unread_body import before_the_rest, may_have_body, read_to_its_end

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_CHANGED_ON_THE_WAY = frozenset({"location", "content-location"})
_WITH_A_BODY = range(200, 300)


class SentOnce(Response):
    """An answer that is sent as it stands, after the request.

    The framework copies the headers before it sends them, and checks each a second time, which is as long as routing.
    """

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not may_have_body(environ) or read_to_its_end(environ, self.status_code):
            return super().__call__(environ, start_response)
        self.headers["Connection"] = "close"
        return before_the_rest(super().__call__(environ, start_response), environ)

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        names = {name.lower() for name, _value in self.headers}
        is_complete = "content-length" in names and names.isdisjoint(_CHANGED_ON_THE_WAY)
        if is_complete and self.status_code in _WITH_A_BODY and self.status_code != HTTPStatus.NO_CONTENT:
            return self.headers
        return super().get_wsgi_headers(environ)


class WholeBody(LimitedStream):
    """A body that is read whole or not at all: the framework's cuts one without a length at the limit, in silence."""

    def readall(self) -> bytes:
        body = super().readall()
        if self.is_exhausted and self._stream.read(1):
            raise RequestEntityTooLarge
        return body


class MeasuredRequest(Request):
    """A request whose body is refused when more than ``max_content_length`` of it comes, or less than was announced.

    The server ends the body of a client that is gone in silence: what came would pass for all of it, and a record of
    no fields be made of nothing.
    """

    @cached_property
    def stream(self) -> IO[bytes]:
        found: IO[bytes] = super().stream
        if "wsgi.input_terminated" not in self.environ:
            return found
        if self.content_length is not None:
            return LimitedStream(self.environ["wsgi.input"], self.content_length)  # type: ignore[return-value]
        limit = self.max_content_length
        return found if limit is None else WholeBody(self.environ["wsgi.input"], limit, is_max=True)  # type: ignore[return-value]


class SynchronousFlask(Flask):
    """A Flask whose views and hooks are plain functions, and whose answers are sent once.

    The framework asks of each, at each request, whether it is a coroutine: with a dozen hooks as long as routing takes.
    """

    request_class = MeasuredRequest
    response_class = SentOnce

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """A request whose host cannot be one is refused by a page, and that page has links."""
        try:
            return super().create_url_adapter(request)
        except BadHost as refusal:
            if request is None:
                raise
            request.routing_exception = refusal
            return self.url_map.bind("localhost", request.root_path, url_scheme=request.scheme)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

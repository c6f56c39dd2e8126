"""The Flask that both apps are."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Response
from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_CHANGED_ON_THE_WAY = frozenset({"location", "content-location"})
_WITH_A_BODY = range(200, 300)


class SentOnce(Response):
    """An answer that is sent as it stands.

    The framework copies the headers before it sends them, and checks each a second time, which is as long as routing.
    """

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        names = {name.lower() for name, _value in self.headers}
        is_complete = "content-length" in names and names.isdisjoint(_CHANGED_ON_THE_WAY)
        if is_complete and self.status_code in _WITH_A_BODY and self.status_code != HTTPStatus.NO_CONTENT:
            return self.headers
        return super().get_wsgi_headers(environ)


class SynchronousFlask(Flask):
    """A Flask whose views and hooks are plain functions, and whose answers are sent once.

    The framework asks of each, at each request, whether it is a coroutine: with a dozen hooks as long as routing takes.
    """

    response_class = SentOnce

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

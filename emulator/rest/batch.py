"""The requests of a batch, each run through the app as if it had come by itself (rest 7, D).

They act as whoever sent the batch, whatever headers they bring along, and each is its own transaction.
"""

import base64
import time
from collections.abc import Iterable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass
from http import HTTPStatus
from wsgiref.types import WSGIApplication, WSGIEnvironment

from flask import Request
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from ...shared.view import end_views
from ..errors import BadParameter
from ..identity.authenticators import names_its_sender
from . import assumptions
from .batch_items import Item, check
from .errors import envelope
from .frame import IN_BATCH
from .representation import Representation

OWN_HEADERS = frozenset(
    {
        "accept",
        "content-type",
        "content-encoding",
        "x-http-method-override",
        "x-no-response-body",
        "x-wantsessiondebugmessages",
        "x-wantsessionnotificationmessages",
    }
)
"""What a request of a batch may say for itself; who sends it and from where is the batch's to say."""
NOT_INHERITED = OWN_HEADERS | {"content-length", "transfer-encoding", "accept-encoding", "connection", "expect"}
JSON = "application/json"


class TooMuch(Exception):
    """The answer is larger than it may be."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    milliseconds: int = 0
    error: str = ""
    ends_batch: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of one request's body, and of its answer."""

    input: int
    output: int


class Batch:
    """Runs items one after the other, in the order given, on behalf of the request they came in."""

    def __init__(self, send: WSGIApplication, outer: Request, limits: Limits, token: str = "") -> None:
        """``token`` is an access token that stood in the batch's own address, where no request of it has one."""
        self._app = send
        self._token = token
        self._outer = outer
        self._limits = limits

    def run(self, items: Iterable[Item]) -> tuple[Sequence[tuple[Item, Answer]], Sequence[Item]]:
        """The answers, and the items that were not sent: time was over, or an answer before was too large."""
        end_views()  # each item has its own
        end = time.monotonic() + assumptions.BATCH_SECONDS.value
        serviced: list[tuple[Item, Answer]] = []
        unserviced: list[Item] = []
        ended = False
        for item in items:
            ended = ended or time.monotonic() > end
            if ended:
                unserviced.append(item)
                continue
            answer = self._run(item)
            ended = answer.ends_batch
            serviced.append((item, answer))
        return serviced, unserviced

    def _run(self, item: Item) -> Answer:
        started = time.monotonic()
        try:
            check(item, self._limits.input)
            # An empty context: Flask would otherwise go on in the context of the request that is being answered.
            status, headers, body = Context().run(_send, self._app, self._environ(item), self._limits.output)
        except BadParameter as refusal:
            body = Representation.JSON.write(dict(envelope(refusal)))
            return Answer(refusal.status, _described(body), body, error=refusal.detail or "")
        except TooMuch:
            return Answer(413, error=f"The answer is over {self._limits.output} bytes.", ends_batch=True)
        return Answer(status, headers, body, round((time.monotonic() - started) * 1000))

    def _environ(self, item: Item) -> WSGIEnvironment:
        builder = EnvironBuilder(
            path=item.url,
            base_url=self._outer.host_url,
            method=item.method,
            headers=self._headers(item),
            data=item.body,
        )
        environ = builder.get_environ()
        environ[IN_BATCH] = True
        environ["REMOTE_ADDR"] = self._outer.environ.get("REMOTE_ADDR", "")
        return environ

    def _headers(self, item: Item) -> Headers:
        # Beside a header that says who sends the batch its cookies say nothing, but each request might begin a session.
        dropped = NOT_INHERITED | {"cookie"} if names_its_sender(self._outer) else NOT_INHERITED
        headers = Headers([each for each in self._outer.headers if each[0].lower() not in dropped])
        headers["Accept"] = headers["Content-Type"] = JSON
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        for name, value in item.headers:
            if name.lower() in OWN_HEADERS:
                headers[name] = value
        return headers


def written(item: Item, answer: Answer) -> Mapping[str, object]:
    """An answer as the batch's own answer holds it."""
    found: dict[str, object] = {
        "id": item.id,
        "body": base64.b64encode(answer.body).decode(),
        "status_code": answer.status,
        "status_text": _phrase(answer.status),
        "execution_time": answer.milliseconds,
    }
    if not item.exclude_response_headers:
        found["headers"] = [{"name": name, "value": value} for name, value in answer.headers]
    return {**found, "error_message": answer.error} if answer.error else found


def _send(app: WSGIApplication, environ: WSGIEnvironment, most: int) -> tuple[int, Sequence[tuple[str, str]], bytes]:
    chunks, status, headers = run_wsgi_app(app, environ)
    try:
        body = _joined(chunks, most)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return int(status.partition(" ")[0]), _shown(headers, body), body


def _joined(chunks: Iterable[bytes], most: int) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > most:
            raise TooMuch
    return bytes(data)


def _shown(headers: Headers, body: bytes) -> Sequence[tuple[str, str]]:
    """Those of the item itself: the session's cookies are the batch's. Content-Length stands there even when 0."""
    kept = [(name, value) for name, value in headers if name.lower() not in {"set-cookie", "content-length"}]
    return [*kept, ("Content-Length", str(len(body)))]


def _described(body: bytes) -> Sequence[tuple[str, str]]:
    return [("Content-Type", Representation.JSON.content_type), ("Content-Length", str(len(body)))]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""

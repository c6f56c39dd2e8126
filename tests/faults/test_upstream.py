"""The tenant's REST client against an instance that is slow, broken or strange (attacks U)."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime

import pytest
import requests
from faults.fault_server import (
    FaultServer,
    Heard,
    Script,
    answering,
    dripping,
    fault_server,
    flooding,
    refused_url,
    resetting,
    response,
    silent,
    truncated,
)
from patience import HANGING
from set_clock import SetClock
from ticketlab.connector.servicenow.client import Bearer, InstanceClient
from ticketlab.connector.servicenow.errors import (
    Garbled,
    NotConnected,
    RateLimited,
    Refused,
    ServiceNowError,
    Unavailable,
    Unreachable,
)
from ticketlab.connector.servicenow.transport import BoundedAdapter, harden, safe_retries

SECONDS = 0.6
"""A call's time where it has to be over; whatever is answered at once has HANGING."""
CLOCK = SetClock()
RECORD = '{"result": {"number": "CHG0030001"}}'


class OneToken:
    def current(self) -> Bearer:
        return Bearer("the-token")

    def renew(self, _rejected: Bearer) -> Bearer:
        raise NotConnected

    def give_up(self, _rejected: Bearer) -> None:
        raise NotConnected


def client_of(url: str, seconds: float = HANGING) -> InstanceClient:
    http = requests.Session()
    harden(http, BoundedAdapter(seconds, retries=safe_retries(), most_bytes=1_000_000))
    return InstanceClient(url, OneToken(), http, CLOCK)


@contextmanager
def upstream(script: Script) -> Iterator[tuple[FaultServer, InstanceClient]]:
    with fault_server(script) as server:
        yield server, client_of(server.url)


def failure_of(script: Script) -> ServiceNowError:
    with upstream(script) as (_server, client), pytest.raises(ServiceNowError) as caught:
        client.create("incident", {"short_description": "x"})
    return caught.value


@pytest.mark.attack("U01")
@pytest.mark.parametrize("where", ["a port nobody listens on", "http://no-such-host.invalid", "https://127.0.0.1:1"])
def test_u01_nobody_there_is_unreachable(where: str) -> None:
    """Refused connections and unknown hosts are one typed, retryable error."""
    url = where if "://" in where else refused_url()
    with pytest.raises(Unreachable) as caught:
        client_of(url).create("incident", {})
    assert caught.value.retryable


@pytest.mark.attack("U01")
def test_u01_a_server_without_tls_is_unreachable() -> None:
    with fault_server(answering(200, RECORD)) as server, pytest.raises(Unreachable):
        client_of(server.url.replace("http:", "https:")).create("incident", {})


STATUS = b"HTTP/1.1 200 OK\r\n"
SPACES = b" " * HANGING * 10
SLOW = {
    "silence": silent(HANGING * 2),
    "dripping status": dripping(response(200, RECORD + " " * HANGING * 10), SECONDS / 5),
    "dripping headers": dripping(b"X-Slow: yes\r\n" * HANGING, SECONDS / 10, at_once=STATUS),
    "dripping body": dripping(SPACES, SECONDS / 10, at_once=response(200, RECORD + " " * len(SPACES))[: -len(SPACES)]),
    "dripping body without a length": dripping(SPACES, SECONDS / 10, at_once=STATUS + b"\r\n" + RECORD.encode()),
}


@pytest.mark.attack("U02")
@pytest.mark.parametrize("script", SLOW.values(), ids=SLOW.keys())
def test_u02_a_slow_answer_ends_at_the_total_deadline(script: Script) -> None:
    """The deadline is for the whole call: a byte now and then does not extend it."""
    started = time.monotonic()
    with fault_server(script) as server, pytest.raises(Unreachable, match=f"within {SECONDS} s"):
        client_of(server.url, SECONDS).create("incident", {})
    assert time.monotonic() - started < HANGING


@pytest.mark.attack("U03")
def test_u03_a_reset_post_is_not_sent_again() -> None:
    """Nobody knows whether it arrived: repeating it is the outbox's business."""
    with upstream(resetting) as (server, client), pytest.raises(Unreachable):
        client.create("incident", {})
    assert len(server.heard) == 1


@pytest.mark.attack("U03")
def test_u03_a_reset_get_is_repeated() -> None:
    """Reading twice does no harm."""
    script = iter([resetting, answering(200, '{"result": []}')])

    def first_reset(request: Heard, connection: socket.socket) -> None:
        next(script)(request, connection)

    with upstream(first_reset) as (server, client):
        assert client.list("incident") == []
    assert len(server.heard) == 2


@pytest.mark.attack("U04")
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_u04_server_errors_are_temporary(status: int) -> None:
    failure = failure_of(answering(status, "<html>Bad gateway</html>", "text/html"))
    assert isinstance(failure, Unavailable)
    assert failure.retryable


@pytest.mark.attack("U05")
@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30.0), ("999999999", 3600.0), ("-5", 1.0), ("soon", 60.0), ("nan", 60.0), ("inf", 3600.0), (None, 60.0)],
)
def test_u05_retry_after_is_honoured_within_reason(header: str | None, seconds: float) -> None:
    headers = {"Retry_After": header} if header is not None else {}
    body = {"error": {"message": "Rate limit exceeded", "detail": "Rate limit of 100 requests"}, "status": "failure"}
    failure = failure_of(answering(429, body, **headers))
    assert isinstance(failure, RateLimited)
    assert failure.retry_after == seconds


@pytest.mark.attack("U05")
def test_u05_retry_after_may_be_a_date() -> None:
    when = CLOCK.now() + timedelta(seconds=120)
    failure = failure_of(answering(429, {}, Retry_After=format_datetime(when)))
    assert isinstance(failure, RateLimited)
    assert failure.retry_after == 120


STRANGE = {
    "html": answering(200, "<html>Log in</html>", "text/html"),
    "empty": answering(200, ""),
    "truncated": truncated(RECORD, 12),
    "no result": answering(200, {"ok": True}),
    "result is a text": answering(200, {"result": "fine"}),
    "result is a list": answering(200, {"result": []}),
    "array": answering(200, [1]),
    "not JSON": answering(200, "{'result': 1}"),
    "deep": answering(200, "[" * 100_000),
    "wrong charset": answering(200, b'{"result": {"name": "caf\xe9"}}'),
    "flood": flooding(100_000_000),
    "cut off by the quota": answering(200, {"result": {}, "error": {"message": "Transaction cancelled"}}),
}


@pytest.mark.attack("U06")
@pytest.mark.parametrize("script", STRANGE.values(), ids=STRANGE.keys())
def test_u06_a_strange_success_is_a_failure(script: Script) -> None:
    """What is not clearly a record never becomes a ticket."""
    assert isinstance(failure_of(script), Garbled | Unreachable)


@pytest.mark.attack("U06")
def test_u06_a_hibernating_instance_says_so() -> None:
    failure = failure_of(answering(200, "<html><title>Instance Hibernating page</title></html>", "text/html"))
    assert isinstance(failure, Unavailable)
    assert "hibernating" in failure.sentence


@pytest.mark.attack("U08")
def test_u08_a_refusal_keeps_servicenow_s_words() -> None:
    """403 is final and quoted, so that a person can act on it."""
    words = {"message": "Operation Failed", "detail": "ACL Exception Insert Failed due to security constraints"}
    failure = failure_of(answering(403, {"error": words, "status": "failure"}))
    assert isinstance(failure, Refused)
    assert not failure.retryable
    assert failure.sentence == "Operation Failed: ACL Exception Insert Failed due to security constraints"


@pytest.mark.attack("U09")
def test_u09_a_missing_record_is_a_refusal() -> None:
    words = {"message": "No Record found", "detail": "Record doesn't exist or ACL restricts the record retrieval"}
    failure = failure_of(answering(404, {"error": words, "status": "failure"}))
    assert isinstance(failure, Refused)
    assert failure.sentence == f"{words['message']}: {words['detail']}"


@pytest.mark.attack("U13")
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_u13_a_redirect_is_not_followed(status: int) -> None:
    """The token stays with the instance that it belongs to."""
    with fault_server(answering(200, RECORD)) as elsewhere:
        assert isinstance(failure_of(answering(status, "", Location=elsewhere.url)), Garbled)
        assert elsewhere.heard == []


def test_cookies_of_the_instance_are_not_kept() -> None:
    """A session cookie would outrank nothing and mix users up."""
    with upstream(answering(200, RECORD, Set_Cookie="JSESSIONID=ABC; Path=/")) as (server, client):
        client.create("incident", {})
        client.create("incident", {})
    assert all("cookie" not in request.headers for request in server.heard)


def test_a_record_s_path_is_quoted() -> None:
    """No table can lead to another path."""
    with upstream(answering(200, RECORD)) as (server, client):
        client.create("incident/../sys_user?c=d", {})
    assert server.heard[0].target == "/api/now/table/incident%2F..%2Fsys_user%3Fc%3Dd"

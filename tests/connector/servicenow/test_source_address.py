"""Where the tenant's calls come from, and what it says when the instance does not let that address in."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from requests import Response, Session
from ticketlab.connector.servicenow.answers import judge
from ticketlab.connector.servicenow.errors import NotLetIn, Refused
from ticketlab.connector.servicenow.tokens import issued_tokens
from ticketlab.connector.servicenow.transport import BoundedAdapter, _leads_to, harden
from ticketlab.connector.settings import Settings
from ticketlab.shared.clock import SystemClock
from ticketlab.shared.errors import RefusedToStart


class _TellsPeer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.client_address[0].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _TellsPeer)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("source", "seen"), [("", "127.0.0.1"), ("127.0.0.2", "127.0.0.2")])
def test_calls_come_from_the_address_that_is_set(server: str, source: str, seen: str):
    """At the socket: no header says so, and none could."""
    with Session() as http:
        harden(http, BoundedAdapter(5, source_address=source))
        assert http.get(server).text == seen


def test_an_address_that_is_none_is_refused_at_the_start(tmp_path: Path):
    """Else every call would fail by itself, with nothing that says why."""
    with pytest.raises(RefusedToStart, match="SOURCE_ADDRESS"):
        Settings(data=tmp_path, source_address="localhost")


def forbidden(body: str, kind: str) -> Response:
    response = Response()
    response.status_code = 403
    response._content = body.encode()
    response.headers["Content-Type"] = kind
    return response


BLOCKED = "<html><body><p>Security restricted: Access restricted (20.1.2.3 not authorized)</p></body></html>"


@pytest.mark.source("platform 2.4", "D")
def test_a_403_that_is_no_apis_is_told_as_an_address_not_let_in():
    """By the REST API and by the token endpoint alike, with ServiceNow's own sentence."""
    with pytest.raises(NotLetIn) as by_api:
        judge(forbidden(BLOCKED, "text/html"), SystemClock().now())
    with pytest.raises(NotLetIn) as by_token_endpoint:
        issued_tokens(forbidden(BLOCKED, "text/html"))
    for caught in (by_api, by_token_endpoint):
        assert "403 Forbidden" in caught.value.sentence
        assert "IP Address Access Control" in caught.value.sentence
        assert "Access restricted (20.1.2.3 not authorized)" in caught.value.sentence


def test_a_403_of_an_api_stays_what_the_api_says():
    """A business rule or an ACL has nothing to do with addresses."""
    body = '{"error":{"message":"Operation Failed","detail":"ACL Exception Insert Failed"},"status":"failure"}'
    with pytest.raises(Refused) as caught:
        judge(forbidden(body, "application/json;charset=UTF-8"), SystemClock().now())
    assert not isinstance(caught.value, NotLetIn)
    assert caught.value.sentence == "Operation Failed: ACL Exception Insert Failed"


@pytest.mark.parametrize(
    ("source", "host", "leads"),
    [
        ("127.0.0.2", "127.0.0.1", True),
        ("127.0.0.2", "localhost", True),
        ("127.0.0.2", "dev12345.service-now.com", False),
        ("127.0.0.2", "93.184.216.34", False),
        ("127.0.0.2", "[::1]", False),
        ("::1", "::1", True),
        ("192.0.2.7", "dev12345.service-now.com", True),
    ],
)
def test_loopback_source_is_used_for_this_machine_only(source: str, host: str, leads: bool):
    """From a loopback address no real instance can be reached, so calls to one leave as usual."""
    assert _leads_to(source, host) is leads

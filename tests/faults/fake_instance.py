"""An honest little instance to turn dishonest: token endpoint, revocation, and the app's word of who is connected."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from faults.fault_server import FaultServer, Heard, Script, fault_server, response

TOKEN = "/oauth_token.do"
REVOKE = "/oauth_revoke_token.do"
CONNECTION = "/api/x_mioms_m365ticket/connection"
METADATA = "/.well-known/oauth-authorization-server"
USERS = "/api/now/table/sys_user"
NOT_AUTHENTICATED = {
    "error": {"message": "User Not Authenticated", "detail": "Required to provide Auth information"},
    "status": "failure",
}


@dataclass
class FakeInstance:
    """Counts its tokens: ``access-1``, ``access-2``… ``overrides`` replaces what a path answers."""

    overrides: dict[str, Script] = field(default_factory=dict)
    metadata: dict[str, object] | None = None
    connected_user: str = "m365.integration"
    expected_user: str = "m365.integration"
    expires_in: int = 1799
    valid: set[str] = field(default_factory=set)
    issued: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    server: FaultServer | None = None

    @property
    def url(self) -> str:
        assert self.server is not None
        return self.server.url

    def heard_at(self, path: str) -> list[Heard]:
        assert self.server is not None
        return self.server.heard_at(path)

    def script(self, request: Heard, connection: socket.socket) -> None:
        if request.path in self.overrides:
            self.overrides[request.path](request, connection)
        else:
            connection.sendall(self.honest(request))

    def honest(self, request: Heard) -> bytes:
        if request.path == TOKEN:
            return response(200, json.dumps(self.issue()))
        if request.path == REVOKE:
            return response(200, "")
        if request.path == METADATA:
            return response(200, json.dumps(self.metadata)) if self.metadata else response(404, "<html>", "text/html")
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.valid:
            return response(401, json.dumps(NOT_AUTHENTICATED))
        return self.authorised(request)

    def authorised(self, request: Heard) -> bytes:
        if request.path == CONNECTION:
            result = {"connected_user": self.connected_user, "expected_user": self.expected_user, "release": "orlando"}
            return response(200, json.dumps({"result": result}))
        if request.path == USERS:
            return response(200, json.dumps({"result": [{"user_name": self.connected_user, "name": "M365 Bot"}]}))
        return response(200, json.dumps({"result": {"number": "CHG0030001"}}))

    def issue(self) -> dict[str, object]:
        with self.lock:
            self.issued += 1
            self.valid = {f"access-{self.issued}"}
            return {
                "access_token": f"access-{self.issued}",
                "refresh_token": f"refresh-{self.issued}",
                "scope": "useraccount",
                "token_type": "Bearer",
                "expires_in": self.expires_in,
            }


@contextmanager
def fake_instance(**settings: object) -> Iterator[FakeInstance]:
    instance = FakeInstance(**settings)  # type: ignore[arg-type]
    with fault_server(instance.script) as server:
        instance.server = server
        yield instance

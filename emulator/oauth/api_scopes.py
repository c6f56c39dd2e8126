"""REST API auth scopes: which APIs a token of a securely scoped client opens (platform 1.4 and 2.1, D)."""

import re

from ...shared.logs import log
from ..access.caller import Caller
from ..errors import NotAuthenticated, PlatformError
from ..records.gate import Gate
from ..records.row import Row

_VERSION = re.compile(r"^/api/([^/]+)/v\d+/")


class MissingApiScope(PlatformError):
    """The token lacks an API auth scope (platform 1.4, D)."""

    status = 403
    message = "Missing required api access scope"


class ApiScopes:
    """Asks the records that say which APIs a token opens. An API that none of them names is closed (inferred)."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def check(self, method: str, path: str, scope: str) -> None:
        """Raise MissingApiScope unless one of the token's scopes opens this API by this method."""
        records = self._gate.record("sys_api_access_scope", Caller.system())
        fields = ("rest_api", "http_method", "sys_auth_scope.name")
        held = set(scope.split())
        rows = records.query("active=true^sys_auth_scope.active=true", fields=fields).rows
        if not any(row.value("sys_auth_scope.name") in held and _covers(row, method, path) for row in rows):
            log().warning("access.denied", operation=method, path=path[:200], rule="REST API auth scope", held=scope)
            raise MissingApiScope

    def check_policy(self, method: str, path: str) -> None:
        """Raise NotAuthenticated unless a REST API access policy covers this API: Enforce Token Restriction.

        Elsewhere the token is not valid (platform 1.4, D), so it is answered as one that is not (inferred).
        """
        policies = self._gate.record("sys_api_access_policy", Caller.system())
        rows = policies.query("active=true", fields=("rest_api", "http_method")).rows
        if not any(_covers(row, method, path) for row in rows):
            log().warning("access.denied", operation=method, path=path[:200], rule="Enforce Token Restriction")
            raise NotAuthenticated


def _covers(row: Row, method: str, path: str) -> bool:
    """Whether a record names this API or one above it, in any version, by this method or by all."""
    asked, api = _VERSION.sub(r"/api/\1/", path).strip("/"), row.value("rest_api").strip("/")
    return row.value("http_method") in {"", method} and (asked == api or asked.startswith(f"{api}/"))

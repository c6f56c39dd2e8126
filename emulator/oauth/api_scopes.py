"""REST API auth scopes: which APIs a token of a securely scoped client opens (platform 1.4 and 2.1, D)."""

import re

from ...shared.logs import log
from ..access.caller import Caller
from ..errors import PlatformError
from ..records.gate import Gate

_VERSION = re.compile(r"^/api/([^/]+)/v\d+/")


class MissingApiScope(PlatformError):
    """The token lacks an API auth scope (platform 1.4, D)."""

    status = 403
    message = "Missing required api access scope"


class ApiScopes:
    """Asks the sys_api_access_scope records. An API that none of them names is closed to such a token (inferred)."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def check(self, method: str, path: str, scope: str) -> None:
        """Raise MissingApiScope unless one of the token's scopes opens this API by this method."""
        asked = _VERSION.sub(r"/api/\1/", path).strip("/")
        records = self._gate.record("sys_api_access_scope", Caller.system())
        fields = ("rest_api", "http_method", "sys_auth_scope.name")
        held = set(scope.split())
        for row in records.query("active=true^sys_auth_scope.active=true", fields=fields).rows:
            if row.value("sys_auth_scope.name") not in held or row.value("http_method") not in {"", method}:
                continue
            api = row.value("rest_api").strip("/")
            if asked == api or asked.startswith(f"{api}/"):
                return
        log().warning("access.denied", operation=method, path=path[:200], rule="REST API auth scope", held=scope)
        raise MissingApiScope

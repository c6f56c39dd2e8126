"""API keys: a header that names a user (rest 10, C). The key lies sealed in its ``api_key`` record."""

import hmac

from flask import Request

from ...shared.digests import as_bytes
from ..access.caller import Caller, Channel
from ..errors import NotAuthenticated
from ..records.gate import Gate
from ..records.glide_record import GlideRecord
from ..records.row import Row
from .keys import InstanceKey
from .users import Users

TABLE = "api_key"
PROFILES = "inbound_auth_profile"
DEFAULT_HEADER = "x-sn-apikey"
LONGEST = 512


NO_KEY_HEADERS = frozenset({"", "authorization", "cookie"})


class ApiKeys:
    """The keys that were given out."""

    def __init__(self, gate: Gate, key: InstanceKey) -> None:
        self._gate = gate
        self._key = key

    def user_of(self, given: str) -> str:
        """The sys_id of the user whom an active key names; empty for any other text."""
        user = ""
        for row in self._records().query("active=true", fields=("user", "token")).rows:  # all: the time tells nothing
            token = self._opened(row)
            if token and hmac.compare_digest(token.encode(), as_bytes(given)):
                user = row.value("user")
        return user

    def reveal(self, sys_id: str) -> str:
        """A key as text, for the lock icon of its form; empty when it cannot be opened."""
        return self._opened(self._records().get(sys_id, ("token",)))

    def headers(self) -> set[str]:
        """The names of the headers that may bring a key, in lower case."""
        profiles = self._gate.record(PROFILES, Caller.system())
        found = profiles.query("active=true^type=api_key", fields=("auth_parameter",))
        return {row.value("auth_parameter").lower() for row in found.rows} - NO_KEY_HEADERS

    def _records(self) -> GlideRecord:
        return self._gate.record(TABLE, Caller.system())

    def _opened(self, row: Row) -> str:
        """Empty for what somebody else than the instance wrote: it never matches (platform 2.1, C)."""
        return self._key.open(row.native("token"), TABLE, row.sys_id, "token") or ""


class ApiKeyAuthenticator:
    """A header of an active inbound authentication profile; ``x-sn-apikey`` as a new instance has it."""

    def __init__(self, keys: ApiKeys, users: Users) -> None:
        self._keys = keys
        self._users = users

    def claims(self, request: Request) -> bool:
        """Profiles are read only when some header could be one of theirs."""
        if "Authorization" in request.headers:
            return False
        if DEFAULT_HEADER in request.headers:
            return True
        likely = {name.lower() for name, _value in request.headers if "key" in name.lower()}
        return bool(likely) and bool(likely & self._keys.headers())

    def caller_of(self, request: Request) -> Caller:
        given = next((request.headers[name] for name in self._keys.headers() if name in request.headers), "")
        user = self._keys.user_of(given) if 0 < len(given) <= LONGEST else ""
        account = self._users.by_id(user) if user else None
        if account is None or not account.is_usable:
            raise NotAuthenticated
        return self._users.caller(account, Channel.REST, address=request.remote_addr or "")

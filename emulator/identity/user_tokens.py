"""The token by which a page's form shows that our own page sent it: ``g_ck``, ``sysparm_ck``, ``X-UserToken``.

It is derived from the session cookie, so it is new with every session, needs no place in a database and has no time
limit of its own.
"""

import hmac

from ...shared.digests import as_bytes
from ...shared.ids import Ids
from .keys import InstanceKey

MARK = "."
"""Parts a pre-session from its MAC. A session's cookie never holds one."""


class UserTokens:
    """Issues and checks the tokens of one instance."""

    def __init__(self, key: InstanceKey, ids: Ids) -> None:
        self._key = key
        self._ids = ids

    def token_for(self, cookie: str) -> str:
        """The token of the session (or pre-session) behind this cookie value: 72 hex digits, as long as recorded ones.

        (platform 1.2, C.)
        """
        return self._key.sign("user token", as_bytes(cookie), "sha384")[:36].hex()

    def matches(self, cookie: str, given: str) -> bool:
        return hmac.compare_digest(self.token_for(cookie).encode(), as_bytes(given))

    def new_pre_session(self) -> str:
        """A cookie value for the login form of somebody who has no session: signed, and no row anywhere."""
        start = self._ids.token(24)
        return f"{start}{MARK}{self._mac(start)}"

    def is_pre_session(self, cookie: str) -> bool:
        start, mark, mac = cookie.partition(MARK)
        return bool(mark) and hmac.compare_digest(self._mac(start).encode(), as_bytes(mac))

    def session_after(self, pre_session: str, user: str) -> str:
        """The cookie value of the session that a program gets for its user's token, the same each time it asks.

        Only this instance can derive it, so whoever has planted a pre-session does not know the session.
        """
        return self._key.sign("session after a pre-session", as_bytes(f"{user} {pre_session}")).hex()

    def _mac(self, start: str) -> str:
        return self._key.sign("pre-session", as_bytes(start)).hex()

"""The step between a right password and a session: a second factor or a new password is still to come.

What the password proved is carried by the login page itself: signed, bound to the browser's pre-session, good for five
minutes and for the password that was given. No row is written for it.
"""

import base64
import binascii
import hmac
from datetime import timedelta

from ...shared.clock import Clock
from ...shared.digests import as_bytes
from .accounts import UserAccount
from .keys import InstanceKey
from .users import Users

GOOD_FOR = timedelta(minutes=5)
PARTS = 3


class PendingLogins:
    """Issues and reads the ``sysparm_pending`` of the login pages. ``stage`` says what was asked for with it."""

    def __init__(self, key: InstanceKey, users: Users, clock: Clock) -> None:
        self._key = key
        self._users = users
        self._clock = clock

    def issue(self, account: UserAccount, cookie: str, stage: str) -> str:
        until = int((self._clock.now() + GOOD_FOR).timestamp())
        text = f"{account.sys_id}:{until}:{stage}"
        mac = self._mac(text, account.password_mark, cookie)
        return base64.urlsafe_b64encode(f"{text}:{mac}".encode()).decode()

    def account_of(self, pending: str, cookie: str, stage: str) -> UserAccount | None:
        """The user who gave a right password in this browser; None for anything else."""
        try:
            text, _, mac = base64.urlsafe_b64decode(pending.encode("ascii")).decode("ascii").rpartition(":")
        except (ValueError, binascii.Error, UnicodeError):
            return None
        parts = text.split(":")
        account = self._users.by_id(parts[0]) if len(parts) == PARTS and parts[0].isalnum() else None
        if account is None or parts[2] != stage or not account.may_use_pages:
            return None
        if not hmac.compare_digest(self._mac(text, account.password_mark, cookie), mac):
            return None
        return account if int(parts[1]) > self._clock.now().timestamp() else None

    def _mac(self, text: str, password_mark: str, cookie: str) -> str:
        bound = b"\0".join(map(as_bytes, (text, password_mark, cookie)))
        return self._key.sign("pending login", bound).hex()

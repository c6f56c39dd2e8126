"""What has expired goes: sessions, tokens, events; codes go with those that follow. Log and audit stay (attack L12).

So do files that nothing names any more: neither a record nor an image of the database.

Run with the first login of an hour, in every process.
"""

from datetime import datetime, timedelta

from flask import Flask, Response, request

from ..shared.clock import Clock
from ..shared.web.parts import part_of, provide
from .access.caller import Caller
from .identity.sessions import Sessions
from .records.attachments import Attachments
from .records.gate import Gate

KEPT = timedelta(days=7)
"""How long an expired token and an event can still be looked at (the platform rotates events; G)."""

EVERY = timedelta(hours=1)
LOGIN = "/login.do"
MOST_AT_ONCE = 1000
TABLES = {"sysevent": "sys_created_on", "oauth_credential": "expires"}


class Retention:
    """The job that purges."""

    def __init__(self, gate: Gate, sessions: Sessions, clock: Clock, attachments: Attachments) -> None:
        self._attachments = attachments
        self._gate = gate
        self._sessions = sessions
        self._clock = clock
        self._next: datetime | None = None

    def purge_when_due(self) -> None:
        now = self._clock.now()
        if self._next is None or now >= self._next:
            self._next = now + EVERY
            self.purge()

    def forget(self) -> None:
        """Purge with the next login."""
        self._next = None

    def purge(self) -> int:
        """Delete what expired a week ago and longer; returns how many rows and files those were."""
        oldest = self._clock.now() - KEPT
        gone = self._sessions.purge() + self._attachments.sweep()
        with self._gate.transaction() as transaction:
            for table, element in TABLES.items():
                records = self._gate.record(table, Caller.system(), transaction)
                query = f"{element}<{oldest:%Y-%m-%d %H:%M:%S}"
                rows = records.query(query, fields=("sys_id",), limit=MOST_AT_ONCE).rows
                for row in rows:
                    records.delete(row.sys_id)
                gone += len(rows)
        return gone


def install(app: Flask, gate: Gate, clock: Clock, attachments: Attachments) -> None:
    """Provide Retention, and let logins start it."""
    retention = Retention(gate, part_of(app, Sessions), clock, attachments)
    provide(app, retention)

    @app.after_request
    def _purge(response: Response) -> Response:
        if request.method == "POST" and request.path == LOGIN:
            retention.purge_when_due()
        return response

"""The thread that delivers tickets, reads their states and ends old tokens, in every server process of the tenant."""

import threading
import time

from flask import Flask

from ...shared.ids import Ids
from ...shared.log_context import Logs, begin, use_logs
from ...shared.logs import log
from ...shared.web.parts import part_of
from ..connection import Connections, Revocations
from .delivery import Delivery
from .sync import Sync

LONGEST_REST = 30.0
"""After mistakes of our own it pauses longer each time, up to this, rather than fill the log."""


class Worker:
    """Delivers at once when woken; delivers, reads and revokes what is left to revoke every ``every`` seconds.

    It rests first: an instance that is started beside it is not there yet, and would be said not to answer.

    It is started by the server process (see ``wsgi.py``), never by create_app: tests drive delivery by hand.
    """

    def __init__(self, every: float, ids: Ids) -> None:
        self._every = every
        self._ids = ids
        self._wake = threading.Event()
        self._round = threading.Condition()
        self._asked = 0
        self._answered = 0
        self._thread: threading.Thread | None = None
        self._stopping = False

    def wake(self) -> None:
        """Something is due."""
        self._wake.set()

    def start(self, app: Flask) -> None:
        """Begin, once."""
        if self._thread is None:
            parts = (
                part_of(app, Logs),
                part_of(app, Delivery),
                part_of(app, Sync),
                part_of(app, Connections).revocations,
            )
            self._thread = threading.Thread(target=self._run, args=parts, name="tickets", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End, and wait for what is under way."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
            self._thread = None
        self._stopping = False

    @property
    def running(self) -> bool:
        return self._thread is not None

    def refresh(self, patience: float) -> bool:
        """Ask for the states to be read now, and wait that long for a reading that began after this."""
        with self._round:
            self._asked += 1
            mine = self._asked
            self._wake.set()
            return self._round.wait_for(lambda: self._answered >= mine, timeout=patience)

    def _run(self, logs: Logs, delivery: Delivery, sync: Sync, revocations: Revocations) -> None:
        use_logs(logs)
        rest, synced = self._every, 0.0
        while True:
            self._wake.wait(rest)
            self._wake.clear()
            if self._stopping:  # looked at last, or the clearing might take away what should end the rest
                return
            asked = self._asked
            begin(request=self._ids.transaction_id())
            try:
                delivery.deliver_due()
                if asked > self._answered or time.monotonic() - synced >= self._every:
                    sync.run(force=asked > self._answered)
                    synced = time.monotonic()
                revocations.try_due()
                rest = self._every
            except Exception as error:  # noqa: BLE001 - the thread must outlive any mistake of ours
                log().error("tickets.worker_failed", exc_info=error)
                rest = min(rest * 2, LONGEST_REST)
            with self._round:
                self._answered = asked
                self._round.notify_all()


def start_worker(app: Flask) -> Worker:
    """Begin to deliver in this process."""
    worker = part_of(app, Worker)
    worker.start(app)
    return worker

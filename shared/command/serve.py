"""One server: a granian supervisor and its workers. ``python -P -m ticketlab.shared.command.serve emulator``.

granian's own command line is left out: importing it and parsing takes a tenth of a second of a start. The app is
imported in the workers alone, so the supervisor stays small.
"""

import ctypes
import errno
import gc
import importlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.log import LogLevels
from granian.server.mp import MPServer

from .codes import REFUSAL, REFUSED

TARGETS = {"emulator": "ticketlab.emulator.wsgi", "connector": "ticketlab.connector.wsgi"}

THREADS = 8
"""Requests one worker answers at a time: pages wait for the other app, so more than the cores, but bounded."""

BACKLOG = 1024

GARBAGE_THRESHOLDS = (20_000, 10, 5)
"""A request makes a few thousand objects and hardly a cycle: looking for some after every 700 costs a tenth of it.

A dictionary that is replaced is nothing but cycles, and has to be found before many more are.
"""
SECONDS_TO_STOP = 2

NO_ROOM = "Free some space, or give another folder with --data."

_M_ARENA_MAX = -8
"""As glibc's ``malloc.h`` numbers it."""


def load_app(module: str, lifeline: int | None) -> Callable[..., Any]:
    """Import the app in a worker. Settings that it refuses become one line and the exit code REFUSED."""
    if lifeline is not None:
        stop_when_closed(lifeline)
    _use_one_heap()
    gc.disable()  # nothing of an import is garbage, and looking for some takes its time
    try:
        app: Callable[..., Any] = importlib.import_module(module).app
    except Exception as error:  # sorted below: the project's errors must not be imported before the app is
        told = _refusal(error)
        if not told:
            raise
        os.write(2, f"{REFUSAL}{' '.join(told.split())}\n".encode())
        os._exit(REFUSED)
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    gc.enable()
    return app


def _refusal(error: Exception) -> str:
    """What whoever starts it can do something about, who has no log to look at; empty for a mistake of ours."""
    from ..errors import TicketlabError
    from ..unavailable import DatabaseUnavailable

    if isinstance(error, DatabaseUnavailable):
        return f"{error.message}: {error.reason}.{f' {NO_ROOM}' if 'full' in error.reason else ''}"
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES}:
        return f"A file cannot be written: {error.strerror}. {NO_ROOM}"
    return str(error) if isinstance(error, TicketlabError) else ""


def _use_one_heap() -> None:
    """Threads take turns at Python, so the heaps that glibc makes for each save no waiting, and cost a worker 3 MB."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


def stop_when_closed(lifeline: int) -> None:
    """Stop this process when whoever started it is gone, however that happened: then the pipe's other end closes."""

    def _watch() -> None:
        while os.read(lifeline, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=_watch, name="lifeline", daemon=True).start()


class _Server(MPServer):
    """A supervisor that ends with its workers' exit code when they were refused."""

    def shutdown(self, exit_code: int = 0) -> None:
        if any(worker.inner.exitcode == REFUSED for worker in self.wrks):
            exit_code = REFUSED
        super().shutdown(exit_code)  # type: ignore[no-untyped-call]  # granian is typed in part


def build() -> _Server:
    return _Server(
        "app",
        address=os.environ.get("TICKETLAB_HOST", "127.0.0.1"),
        port=int(os.environ["TICKETLAB_PORT"]),
        interface=Interfaces.WSGI,
        workers=int(os.environ.get("TICKETLAB_WORKERS", "1")),
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        backlog=BACKLOG,
        websockets=False,
        log_level=LogLevels.critical,  # what goes wrong in the app, the app itself logs
        log_access=False,
        workers_kill_timeout=SECONDS_TO_STOP,
        **_tls(),
    )


def _tls() -> dict[str, Any]:
    """The certificate to speak https with; without one it is http. Clients of 2020 know TLS 1.2."""
    certificate, key = os.environ.get("TICKETLAB_TLS_CERTIFICATE"), os.environ.get("TICKETLAB_TLS_KEY")
    if not certificate or not key:
        return {}
    return {"ssl_cert": Path(certificate), "ssl_key": Path(key), "ssl_protocol_min": SSLProtocols.tls12}


def main() -> None:
    lifeline = None
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork")  # the default until Python 3.13; spawning imports everything twice
        if "TICKETLAB_LIFELINE" in os.environ:
            lifeline = os.dup(0)  # a worker closes its standard input, but keeps this
            stop_when_closed(lifeline)
    build().serve(target_loader=partial(load_app, TARGETS[sys.argv[1]], lifeline), wrap_loader=False)


if __name__ == "__main__":
    main()

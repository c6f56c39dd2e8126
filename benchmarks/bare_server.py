"""Serves a bare app as the product's own servers serve theirs, so that what differs is the app."""

import multiprocessing
from collections.abc import Callable
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer


def serve(port: int, load: Callable[[], Callable[..., Any]]) -> None:
    """Serve what ``load`` gives in the worker's process, until a signal comes."""
    multiprocessing.set_start_method("fork")
    server = MPServer(
        "app",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=8,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.critical,
        log_access=False,
        workers_kill_timeout=2,
    )
    server.serve(target_loader=load, wrap_loader=False)

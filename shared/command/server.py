"""A server as a process: started, heard, waited for, stopped."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from ..errors import RefusedToStart, TicketlabError
from ..progress import read_progress
from .codes import REFUSAL, REFUSED
from .ports import Port
from .ready import answers
from .stopping import Stop, rest

SECONDS_TO_STOP = 5.0
SECONDS_TO_START = 60.0
SECONDS_BETWEEN_LOOKS = 0.01
KEPT_LINES = 200

Hear = Callable[[str, str], None]
"""Told each line a server writes: the server's name and the line."""

Watch = Callable[[int, int], None]
"""Told how far a long start is: how much is done, and of how much."""


class ServerStopped(TicketlabError):
    """A server ended by itself, or never answered."""

    message = "A server has stopped"

    def __init__(self, message: str | None = None, detail: str = "", last_lines: Sequence[str] = ()) -> None:
        super().__init__(message, detail)
        self.last_lines = list(last_lines)


class Server:
    """One server process, in a session of its own so that a Ctrl-C in the terminal reaches only the command."""

    def __init__(
        self,
        app: str,
        port: Port,
        environment: Mapping[str, str],
        hear: Hear | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.app = app
        self.port = port
        self.lab_key = environment.get("TICKETLAB_LAB_KEY", "")
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._refusal = ""
        self._hear = hear
        self._watch = watch
        self.last_progress = 0.0
        """When it last told how far its start is, as ``time.monotonic`` has it."""
        self._environment = {
            **os.environ,
            **environment,
            "TICKETLAB_PORT": str(port.number),
            "TICKETLAB_LIFELINE": "stdin",
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None

    @property
    def url(self) -> str:
        return self.port.url

    @property
    def pid(self) -> int:
        return self._started.pid

    @property
    def last_lines(self) -> list[str]:
        return list(self._lines)

    @property
    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise ServerStopped(detail=f"The {self.app} was not started.")
        return self._process

    def start(self, keep_open: tuple[int, ...] = ()) -> None:
        """Start it; ``keep_open`` are files that stay open as long as it lives (the data folder's lock)."""
        # -P: whatever lies in the current folder must not stand in for a library of ours.
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "ticketlab.shared.command.serve", self.app],
            env=self._environment,
            stdin=subprocess.PIPE,  # never written to: it closes when this process ends, and the server stops
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=keep_open,
        )
        self._reader = threading.Thread(target=self._read, name=f"{self.app} lines", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for raw in self._started.stdout or ():
            line = raw.decode(errors="replace").rstrip()
            if line.startswith(REFUSAL):
                self._refusal = line.removeprefix(REFUSAL)
                continue
            if progress := read_progress(line):
                self.last_progress = time.monotonic()
                if self._watch is not None:
                    self._watch(*progress)
                continue
            self._lines.append(line)
            if self._hear is not None:
                self._hear(self.app, line)

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._started.poll()

    def answers(self) -> bool:
        tls = self.port.scheme == "https"
        return answers(self.port.address.strip("[]"), self.port.number, self.lab_key, tls=tls)

    def check(self) -> None:
        """Raise if it has ended: RefusedToStart with its own sentence, or ServerStopped."""
        if self.exit_code is None:
            return
        if self._reader is not None:
            self._reader.join(timeout=1)
        if self.exit_code == REFUSED and self._refusal:
            raise RefusedToStart(self._refusal)
        raise ServerStopped(f"The {self.app} has stopped", f"Exit code {self.exit_code}.", self.last_lines)

    def ask_to_stop(self) -> None:
        """SIGTERM to the supervisor alone: granian may hang when its workers get a signal of their own."""
        with suppress(ProcessLookupError):
            self._started.terminate()

    def stop(self, seconds: float = SECONDS_TO_STOP) -> None:
        """Ask, wait, then end the whole group."""
        if self._process is None:
            return
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._reader is not None:
            self._reader.join(timeout=1)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self.port.close()


def wait_for(servers: tuple[Server, ...], stop: Stop | None = None, seconds: float = SECONDS_TO_START) -> bool:
    """Wait until each answers; False when ``stop`` was set meanwhile. One that tells of its progress gets more time.

    Raises RefusedToStart or ServerStopped when one of them ends or stays silent.
    """
    waiting = list(servers)
    began = time.monotonic()
    while stop is None or not stop.is_set():
        for server in servers:
            server.check()
        waiting = [server for server in waiting if not server.answers()]
        if not waiting:
            return True
        if time.monotonic() > seconds + max([began, *(server.last_progress for server in servers)]):
            silent = waiting[0]
            raise ServerStopped(
                f"The {silent.app} does not answer", f"It did not within {seconds:.0f} s.", silent.last_lines
            )
        rest(stop, SECONDS_BETWEEN_LOOKS)
    return False

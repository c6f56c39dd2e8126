"""The two servers as processes: started together, waited for, stopped together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from ..errors import RefusedToStart, TicketlabError
from ..ids import Ids
from ..keyfiles import key_from
from ..progress import read_progress
from .codes import REFUSAL, REFUSED
from .options import PairOptions
from .ports import Port
from .ready import answers

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


class Pair:
    """An instance and a tenant that know each other's address."""

    def __init__(self, options: PairOptions, hear: Hear | None = None, watch: Watch | None = None) -> None:
        self.options = options
        emulator_port, connector_port, *tls_port = _ports(options)
        environment = {**options.environment(emulator_port.url, connector_port.url), **shared_secret(options)}
        certificates: Mapping[str, str] = {}
        if tls_port:
            environment["TICKETLAB_TLS_URL"] = tls_port[0].url
            certificates = _certificates(options)
        self.emulator = Server("emulator", emulator_port, environment, hear, watch)
        self.connector = Server("connector", connector_port, environment, hear)
        self.listeners = tuple(Server("emulator", port, {**environment, **certificates}, hear) for port in tls_port)
        """Further servers of the same instance: the one that speaks https."""

    @property
    def servers(self) -> tuple[Server, ...]:
        return self.emulator, self.connector, *self.listeners

    @property
    def tls_url(self) -> str:
        """Where the instance speaks https; empty when it does not."""
        return self.listeners[0].url if self.listeners else ""

    @property
    def environment(self) -> Mapping[str, str]:
        """What a program needs to find the pair."""
        found = dict(self.options.environment(self.emulator.url, self.connector.url))
        if self.tls_url:
            found |= {"TICKETLAB_TLS_URL": self.tls_url, "TICKETLAB_TLS_CA": str(authority_of(self.options.data))}
        return found

    def start(self, keep_open: tuple[int, ...] = ()) -> None:
        for server in self.servers:
            server.start(keep_open)

    def wait_until_ready(self, stop: threading.Event | None = None, seconds: float = SECONDS_TO_START) -> bool:
        """Wait until both answer. False when ``stop`` was set meanwhile.

        Raises RefusedToStart or ServerStopped when one of them ends or stays silent.
        """
        return wait_for(self.servers, stop, seconds)

    def check(self) -> None:
        for server in self.servers:
            server.check()

    def stop(self) -> None:
        for server in self.servers:
            with suppress(ServerStopped):
                server.ask_to_stop()
        for server in self.servers:
            server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _ports(options: PairOptions) -> list[Port]:
    """The instance's, the tenant's and, if so wished, the https one; all or none are held."""
    wanted = [(options.emulator_port, "http"), (options.connector_port, "http")]
    if options.tls:
        wanted.append((options.tls_port, "https"))
    held: list[Port] = []
    try:
        held.extend(Port(options.host, number, scheme) for number, scheme in wanted)
    except RefusedToStart:
        for port in held:
            port.close()
        raise
    return held


def authority_of(data: Path) -> Path:
    """What clients of the https listener have to trust."""
    return data / "tls" / "ca.pem"


def _certificates(options: PairOptions) -> Mapping[str, str]:
    from .certificates import tls_files

    files = tls_files(authority_of(options.data).parent, options.host)
    return {"TICKETLAB_TLS_CERTIFICATE": str(files.certificate), "TICKETLAB_TLS_KEY": str(files.key)}


def shared_secret(options: PairOptions) -> Mapping[str, str]:
    """What the instance proves itself with to the tenant's directory: given, or made once and kept with the keys."""
    given = os.environ.get("TICKETLAB_SSO_CLIENT_SECRET", "")
    return {"TICKETLAB_SSO_CLIENT_SECRET": given or key_from(options.data / "keys", "single-sign-on", Ids()).hex()}


def wait_for(
    servers: tuple[Server, ...], stop: threading.Event | None = None, seconds: float = SECONDS_TO_START
) -> bool:
    """Wait until each answers; see ``Pair.wait_until_ready``. One that tells of its progress is given more time."""
    stop = stop or threading.Event()
    waiting = list(servers)
    began = time.monotonic()
    while not stop.is_set():
        for server in servers:
            server.check()
        waiting = [server for server in waiting if not server.answers()]
        if not waiting:
            return True
        if time.monotonic() > seconds + max([began, *(server.last_progress for server in servers)]):
            silent = waiting[0]
            raise ServerStopped(
                f"The {silent.app} does not answer", f"It was given {seconds:.0f} s.", silent.last_lines
            )
        stop.wait(SECONDS_BETWEEN_LOOKS)
    return False

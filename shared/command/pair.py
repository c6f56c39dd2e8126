"""The two servers of a pair: started together, waited for, stopped together."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from ..errors import RefusedToStart
from ..ids import Ids
from ..keyfiles import key_from
from .options import PairOptions
from .ports import Port
from .server import SECONDS_TO_START, Hear, Server, ServerStopped, Watch, wait_for
from .stopping import Stop


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

    def wait_until_ready(self, stop: Stop | None = None, seconds: float = SECONDS_TO_START) -> bool:
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
    wanted = [
        (options.emulator_port, "http", "--emulator-port"),
        (options.connector_port, "http", "--connector-port"),
    ]
    if options.tls:
        wanted.append((options.tls_port, "https", "--tls-port"))
    held: list[Port] = []
    try:
        held.extend(Port(options.host, *each) for each in wanted)
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

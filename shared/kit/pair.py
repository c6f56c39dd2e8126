"""Worlds of the test kit: an instance and, when it is asked for, a tenant that know each other's address."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from threading import Lock
from typing import Any

from flask import Flask

from ..cases import registry
from ..clients.apis import ADMIN
from ..clients.target import Lab, Target
from ..errors import RefusedToStart
from ..ids import Ids
from ..secret import Secret
from ..worlds import close
from .cases import StartedCase
from .clock import WorldClock
from .instance import ServiceNow
from .serving import AppServer
from .tenant import SecurityCenter

GROUP = "ticketlab.worlds"
"""The entry points by which the two products offer their worlds; this package imports neither."""

TENANT = "contoso"
CONNECTED = "connected"
SSO_SECRET = Secret("a secret that both sides of a test's world know")


class _Servers:
    """Two ports of this process; worlds one after another use them, so that apps that know them are kept."""

    def __init__(self) -> None:
        self.instance, self.tenant = AppServer(), AppServer()


class World:
    """A pair of one test."""

    def __init__(self, servers: _Servers, ids: int, settings: Mapping[str, Any], ending: ExitStack) -> None:
        self._servers = servers
        self._ids = ids
        self._ending = ending
        self._security_center: SecurityCenter | None = None
        given = {"tenant_url": servers.tenant.url, "tenant": TENANT, "sso_client_secret": SSO_SECRET}
        app = self._serve("emulator", servers.instance, {**given, **_as_the_instance_takes_them(settings)})
        self._data = Path(app.instance_path)
        self._name = str(settings.get("name", "dev00001"))
        self.clock = WorldClock(self._labs)
        account = _administrator(self._data)
        self.servicenow = ServiceNow(servers.instance.url, self._name, account, self.clock, self._start_case)

    @property
    def security_center(self) -> SecurityCenter:
        """The tenant, started when it is first asked for."""
        if self._security_center is None:
            instances = {self._name: self._servers.instance.url}
            given = {"instances": instances, "tenant": TENANT, "sso_client_secret": SSO_SECRET}
            self._serve("connector", self._servers.tenant, given)
            self._security_center = SecurityCenter(self._target, TENANT, self.servicenow.credentials)
            self._follow_clock(self._security_center.lab)
        return self._security_center

    @property
    def _target(self) -> Target:
        return Target(self._servers.instance.url, self._servers.tenant.url)

    def _serve(self, product: str, server: AppServer, settings: Mapping[str, Any]) -> Flask:
        app = _maker(product)(ids=Ids.seeded(self._ids), url=server.url, **settings)
        self._ending.callback(close, app)
        self._ending.enter_context(server.serving(app))
        return app

    def _labs(self) -> Sequence[Lab]:
        instance = [Lab(self._servers.instance.url)]
        return [*instance, Lab(self._servers.tenant.url)] if self._security_center is not None else instance

    def _follow_clock(self, lab: Lab) -> None:
        """A tenant that is started late finds the clock moved already, or standing."""
        setting = self.servicenow.lab.get("clock")
        if setting["frozen"]:
            lab.post("clock", {"freeze": True})
            lab.post("clock", {"set": setting["now"]})
        elif setting["offset_seconds"]:
            lab.post("clock", {"advance": setting["offset_seconds"]})

    def _start_case(self, identity: str) -> StartedCase:
        registry.case_named(identity)  # an unknown one is told before anything starts
        assert self.security_center
        return StartedCase(self._target, self._data, identity)


_free: list[_Servers] = []
_lock = Lock()


@contextmanager
def take_world(ids: int, settings: Mapping[str, Any]) -> Iterator[World]:
    with _lock:
        servers = _free.pop() if _free else None
    servers = servers or _Servers()
    try:
        with ExitStack() as ending:
            yield World(servers, ids, settings, ending)
    finally:
        with _lock:
            _free.append(servers)


def _as_the_instance_takes_them(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Files may be named by text or by path. Raises RefusedToStart for a seed that only a command can carry out."""
    files = {name: kind(settings[name]) for name, kind in (("seed", os.fspath), ("tables", Path)) if name in settings}
    if files.get("seed") == CONNECTED:
        raise RefusedToStart("A test's world begins unconnected", "security_center.connect() connects it.")
    return {**settings, **files}


def _administrator(data: Path) -> tuple[str, str]:
    """The demo's, or the one whose random password an empty seed has written down."""
    told = data / "admin-password"
    return (ADMIN[0], told.read_text().strip()) if told.exists() else ADMIN


def _maker(product: str) -> Callable[..., Flask]:
    """What makes worlds of a product."""
    made: Callable[..., Flask] = entry_points(group=GROUP)[product].load()
    return made

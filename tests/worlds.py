"""The worlds of tests: one that a module shares, and where they lie.

``pytest --on postgresql``: the worlds of tests that say nothing of a database lie in PostgreSQL.

Each gets a database of its own, a copy of the one that the first world of its kind has filled.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from postgresql import Postgresql
from ticketlab.connector import testing as tenants
from ticketlab.emulator import testing as instances
from ticketlab.shared.place import Server
from ticketlab.shared.secret import Secret


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--on", choices=("sqlite", "postgresql"), default="sqlite", help="The database of the worlds.")
    parser.addoption("--rounds", type=int, default=8, help="How often a server is killed under its writers.")


class Worlds:
    """Makes apps on databases of one server, in place of ``create_app``."""

    def __init__(self, server: Postgresql, create_app: Callable[..., Flask]) -> None:
        self._server = server
        self._create_app = create_app
        self._filled: dict[tuple[str, ...], str] = {}
        self._of_folder: dict[str, str] = {}

    def create(self, settings: Any, **more: Any) -> Flask:
        """A folder that comes again keeps its database, as it would keep its files."""
        if settings.database:
            return self._create_app(settings, **more)
        address = self._of_folder.get(str(settings.data)) or self._new(settings)
        self._of_folder[str(settings.data)] = address
        return self._create_app(replace(settings, database=Server(Secret(address))), **more)

    def _new(self, settings: Any) -> str:
        kind = (settings.seed, getattr(settings, "release", ""), getattr(settings, "name", settings.tenant))
        if kind not in self._filled:
            self._filled[kind] = address = self._server.database()
            app = self._create_app(replace(settings, database=Server(Secret(address))))
            instances.close(app) if "release" in vars(type(settings)) else tenants.engine_of(app).dispose()
        return self._server.database(self._filled[kind])


@pytest.fixture(scope="module")
def shared_instance() -> Iterator[Flask]:
    """An instance that the tests of a module share."""
    made = instances.make_instance()
    yield made
    instances.close(made)


@pytest.fixture(scope="session", autouse=True)
def worlds(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.config.getoption("--on") == "sqlite":
        yield
        return
    server: Postgresql = request.getfixturevalue("postgresql")
    with pytest.MonkeyPatch.context() as patch:
        for module in (instances, tenants):
            patch.setattr(module, "create_app", Worlds(server, module.create_app).create)
        yield

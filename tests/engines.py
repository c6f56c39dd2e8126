"""Engines on either database, for tests that hold on both: ``pytest.fixture(params=BACKENDS)``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from postgresql import Postgresql
from sqlalchemy import Engine, create_engine
from ticketlab.shared.place import Place, Server
from ticketlab.shared.secret import Secret

BACKENDS = ("sqlite", "postgresql")


@contextmanager
def engine_on(backend: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Engine]:
    """An engine as an app has it, on an empty database."""
    address = ""
    if backend == "postgresql":
        server: Postgresql = request.getfixturevalue("postgresql")
        address = server.database()
    place = Place("emulator", folder / "records.db", Server(Secret(address)))
    engine = create_engine(**place.binding)
    try:
        place.install(engine, durable=False)
        yield engine
    finally:
        engine.dispose()

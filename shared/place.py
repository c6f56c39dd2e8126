"""Where one of an app's databases and its images lie: in files of the data folder, or in schemas of PostgreSQL."""

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine

from .connecting import read_address
from .data_folder import private_file
from .database import install_sqlite, watch_file
from .errors import RefusedToStart
from .postgresql import engine_options, install_postgresql, schema_of
from .schema_image import SchemaImage
from .secret import Secret
from .seed_image import FileImage
from .soundness import check_soundness

POOL = {"pool_size": 10, "max_overflow": 40, "pool_use_lifo": True}
"""The connection that was used last is used next: what it has cached and learnt is the freshest."""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL database and the prefix of the schemas in it; without an address there is none."""

    address: Secret = field(default_factory=lambda: Secret(""))
    prefix: str = "ticketlab"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,29}", self.prefix):
            detail = "Use up to 30 lower-case letters, digits and underscores, beginning with a letter."
            raise RefusedToStart("TICKETLAB_DATABASE_SCHEMA is wrong", detail)
        if self.address:
            read_address(self.address.reveal())

    def __bool__(self) -> bool:
        return bool(self.address)


class Image(Protocol):
    """A kept state of a whole database, which keeps serving while one is saved or restored."""

    def exists(self) -> bool: ...

    def stamp(self) -> Hashable:
        """What tells what is kept now from what may be kept later; None where nothing does."""

    def save(self) -> None:
        """Keep the present state in place of an older one. Raises ImageNotPossible."""

    def restore(self) -> None:
        """Become what was saved. Raises NoSeedImage, ImageNotPossible."""

    def remove(self) -> None: ...


@dataclass(frozen=True)
class Place:
    """``app`` names the schema, ``file`` is where the database lies when there is no server."""

    app: str
    file: Path
    server: Server

    @property
    def binding(self) -> dict[str, Any]:
        """What Flask-SQLAlchemy makes the engine with. Raises RefusedToStart."""
        if not self.server:
            return {"url": f"sqlite:///{private_file(self.file).resolve()}", **POOL}
        return engine_options(self.server.address.reveal(), self.schema)

    @property
    def schema(self) -> str:
        return schema_of(self.server.prefix, self.app)

    def install(self, engine: Engine, *, durable: bool) -> None:
        """Let the engine's connections behave as both apps expect. Raises RefusedToStart."""
        if not self.server:
            check_soundness(self.file)
            install_sqlite(engine, durable=durable)
            watch_file(engine, self.file)
            return
        install_postgresql(engine, self.server.address.reveal(), self.schema, durable=durable)

    def image(self, engine: Engine, file: Path, name: str) -> Image:
        """The image kept in ``file``, or under ``name`` on a server."""
        return SchemaImage(engine, self.schema, name) if self.server else FileImage(engine, file)

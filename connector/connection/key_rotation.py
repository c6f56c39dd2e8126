"""Which keys the stored secrets are sealed with, and sealing them all again with the first key of the ring."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect, select
from sqlalchemy.orm import Session

from ...shared.errors import RefusedToStart
from ...shared.logs import log
from ...shared.place import Place
from ...shared.schema_image import image_schemas
from ...shared.sealing import KeyRing, Unsealable, key_name
from ..database import Base, reading_session, writing_session
from .models import AuthorizationAttempt
from .vault import SEALED


class SealedSecrets:
    """Everything that is sealed in a tenant's database, and in the images it may be put back to."""

    def __init__(self, engine: Engine, ring: KeyRing, place: Place, folder: Path) -> None:
        self._engine = engine
        self._ring = ring
        self._place = place
        self._folder = folder

    @property
    def ring_names(self) -> Sequence[str]:
        """The names of the ring's keys, the writing key's first."""
        return self._ring.names

    def check(self) -> None:
        """Raise RefusedToStart when a secret is sealed with a key that is not in the ring, naming that key (L04).

        An unfinished authorization is no reason: it ends by itself after ten minutes.
        """
        missing = sorted(set(self.sealed_with(lasting=True)) - {"", *self._ring.names})
        if missing:
            raise RefusedToStart(
                f"The connection's secrets are sealed with the key {', '.join(missing)}, which is not in the key ring",
                "Add it to TICKETLAB_KEYS, behind the writing key, or begin anew with --fresh.",
            )

    def sealed_with(self, *, lasting: bool = False) -> Mapping[str, int]:
        """How many secrets each key has sealed, by the key's name; empty for values that name none."""
        with reading_session(self._engine) as session:
            return Counter(
                key_name(value)
                for row, column, value in _sealed(session)
                if not (lasting and isinstance(row, AuthorizationAttempt))
            )

    def rotate(self) -> int:
        """Seal everything again with the ring's first key; return how many values that were.

        One transaction, so that a crash leaves all as it was. What a reset or a snapshot returns to comes along, each
        in a transaction of its own.
        """
        count = _rotate(self._engine, self._ring)
        for image in self._images():
            _rotate(image, self._ring)
        log().info("keys.rotated", writes_with=self._ring.names[0], values=count)
        return count

    def _images(self) -> Iterator[Engine]:
        if self._place.server:
            for schema in image_schemas(self._engine, self._place.schema):
                yield self._engine.execution_options(schema_translate_map={None: schema})
            return
        for file in (*self._folder.glob("connector-seed.db"), *(self._folder / "snapshots").glob("connector-*.db")):
            engine = create_engine(f"sqlite:///{file.resolve()}")
            yield engine
            engine.dispose()


def _rotate(engine: Engine, ring: KeyRing) -> int:
    count = 0
    with writing_session(engine) as session:
        for row, column, value in _sealed(session):
            try:
                setattr(row, column, ring.rotate(value))
            except Unsealable:
                continue  # it opened under no key before, and its use will say so
            count += 1
    return count


def _sealed(session: Session) -> Iterator[tuple[Base, str, str]]:
    connection = session.connection()
    schema = connection.get_execution_options().get("schema_translate_map", {}).get(None)
    there = set(inspect(connection).get_table_names(schema))
    for model, columns in SEALED.items():
        if model.__tablename__ not in there:  # an image of an earlier version
            continue
        for row in session.scalars(select(model)):
            for column in columns:
                value = getattr(row, column)
                if value:
                    yield row, column, value

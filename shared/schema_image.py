"""A copy of a whole PostgreSQL schema that a reset returns to: a schema beside it with a copy of each table.

Saving and restoring are one transaction each, and rows are deleted and inserted rather than tables truncated or
replaced, so whoever reads meanwhile goes on with the old rows and waits for nobody. Rows that are what they were stay:
putting a hundred thousand of them anew into all their indexes takes a minute. Sequences are not set back: what they
number never comes again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from graphlib import TopologicalSorter

from sqlalchemy import Connection, Engine, bindparam, text
from sqlalchemy.exc import DBAPIError

from .database import reading, writing
from .postgresql import identifier, quoted
from .seed_image import ImageNotPossible, NoSeedImage
from .unavailable import DatabaseUnavailable

STRUCTURE = "ticketlab structure"
"""The table of an image in which the indexes and views of its time stand."""

_EXISTS = text("SELECT 1 FROM pg_namespace WHERE nspname = :schema")
_IMAGES = text("SELECT nspname::text FROM pg_namespace WHERE starts_with(nspname, :start) ORDER BY nspname")
_COLUMNS = text(
    "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c JOIN pg_attribute a "
    "ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = :schema AND c.relkind = 'r' GROUP BY c.relname ORDER BY c.relname"
)
_FOREIGN_KEYS = text(
    "SELECT DISTINCT own.relname, other.relname FROM pg_constraint k JOIN pg_class own ON own.oid = k.conrelid "
    "JOIN pg_class other ON other.oid = k.confrelid JOIN pg_namespace n ON n.oid = k.connamespace "
    "WHERE n.nspname = :schema AND k.contype = 'f' AND k.conrelid <> k.confrelid"
)
_STRUCTURE = (
    "SELECT 'index' AS kind, i.indexname::text AS name, '' AS definition FROM pg_indexes i "
    "WHERE i.schemaname = :schema AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conname = i.indexname "
    "AND k.contype IN ('p', 'u')) "
    "UNION ALL SELECT 'view', v.viewname::text, v.definition FROM pg_views v WHERE v.schemaname = :schema"
)


def image_schemas(engine: Engine, schema: str) -> list[str]:
    """The schemas that hold the images of a schema."""
    with reading(engine) as connection:
        return list(connection.scalars(_IMAGES, {"start": f"{schema}:"}))


class SchemaImage:
    """The image ``name`` of ``schema``, in which the engine's connections work."""

    def __init__(self, engine: Engine, schema: str, name: str) -> None:
        self._engine = engine
        self._schema = schema
        self._image = identifier(f"{schema}:{name}")

    def exists(self) -> bool:
        with reading(self._engine) as connection:
            return self._is_there(connection)

    def stamp(self) -> None:
        """Nothing tells."""

    def save(self) -> None:
        """Keep the schema's present state, replacing an older image. Raises ImageNotPossible."""
        with self._changing() as connection:
            own, image = quoted(self._schema), quoted(self._image)
            copies = [f"{image}.{quoted(table)} AS TABLE {own}.{quoted(table)}" for table in self._own(connection)]
            _run(
                connection,
                f"DROP SCHEMA IF EXISTS {image} CASCADE",
                f"CREATE SCHEMA {image}",
                *(f"CREATE TABLE {copy}" for copy in copies),
            )
            structure = text(f"CREATE TABLE {image}.{quoted(STRUCTURE)} AS {_STRUCTURE}")
            connection.execute(structure.bindparams(bindparam("schema", self._schema, literal_execute=True)))

    def restore(self) -> None:
        """Make the schema what it was when the image was saved. Raises NoSeedImage, ImageNotPossible."""
        with self._changing() as connection:
            if not self._is_there(connection):
                raise NoSeedImage(detail=f"{self._image} does not exist.")
            kept = _columns(connection, self._image)
            del kept[STRUCTURE]
            self._shrink(connection, kept)
            order = [table for table in self._by_dependency(connection) if table in kept]
            tied = {table for pair in self._foreign_keys(connection) for table in pair}
            _run(
                connection,
                *(self._delete(table, kept[table], all_rows=table in tied) for table in reversed(order)),
                *(self._insert(table, kept[table]) for table in order),
            )

    def _delete(self, table: str, columns: Sequence[str], *, all_rows: bool) -> str:
        """Of tables that point to each other all rows: one that is changed could not go while another points to it."""
        statement = f"DELETE FROM {quoted(self._schema)}.{quoted(table)} own"  # noqa: S608 - names of ours, quoted
        return statement if all_rows else f"{statement} WHERE {self._lacking(self._image, table, columns, 'own')}"

    def _insert(self, table: str, columns: Sequence[str]) -> str:
        names = ", ".join(map(quoted, columns))
        return (
            f"INSERT INTO {quoted(self._schema)}.{quoted(table)} ({names}) "  # noqa: S608 - names of ours, quoted
            f"SELECT {names} FROM {quoted(self._image)}.{quoted(table)} kept "
            f"WHERE {self._lacking(self._schema, table, columns, 'kept')}"
        )

    @staticmethod
    def _lacking(schema: str, table: str, columns: Sequence[str], row: str) -> str:
        """The condition that the table of that schema has no row like this one. As texts rows can be hashed."""
        one, other = (
            f"ROW({', '.join(f'{name}.{quoted(column)}' for column in columns)})::text" for name in (row, "o")
        )
        return f"NOT EXISTS (SELECT FROM {quoted(schema)}.{quoted(table)} o WHERE {other} = {one})"

    def remove(self) -> None:
        with self._changing() as connection:
            _run(connection, f"DROP SCHEMA IF EXISTS {quoted(self._image)} CASCADE")

    def _is_there(self, connection: Connection) -> bool:
        return connection.scalar(_EXISTS, {"schema": self._image}) is not None

    def _own(self, connection: Connection) -> dict[str, list[str]]:
        return _columns(connection, self._schema)

    def _shrink(self, connection: Connection, kept: dict[str, list[str]]) -> None:
        """Take away tables, columns and indexes that came later. Views stand in the way of that, so they are remade."""
        then = text(f"SELECT kind, name, definition FROM {quoted(self._image)}.{quoted(STRUCTURE)}")  # noqa: S608 - names of ours, quoted
        before = {tuple(row) for row in connection.execute(then)}
        now = {tuple(row) for row in connection.execute(text(_STRUCTURE), {"schema": self._schema})}
        later = [*self._later(connection, kept), *(_drop(kind, name) for kind, name, _ in now - before)]
        if later or before - now:
            _run(
                connection,
                *(_drop(kind, name) for kind, name, _ in now if kind == "view"),
                *later,
                *(f"CREATE VIEW {quoted(name)} AS {definition}" for kind, name, definition in before if kind == "view"),
            )

    def _later(self, connection: Connection, kept: dict[str, list[str]]) -> Iterator[str]:
        """What drops the tables and columns that came later."""
        for table, columns in self._own(connection).items():
            if table not in kept:
                yield f"DROP TABLE {quoted(table)} CASCADE"
            for column in sorted(set(columns) - set(kept.get(table, columns))):
                yield f"ALTER TABLE {quoted(table)} DROP COLUMN {quoted(column)} CASCADE"

    def _by_dependency(self, connection: Connection) -> Iterator[str]:
        """The schema's tables, those that others point to before them."""
        sorter = TopologicalSorter({table: set[str]() for table in self._own(connection)})
        for table, other in self._foreign_keys(connection):
            sorter.add(table, other)
        return iter(sorter.static_order())

    def _foreign_keys(self, connection: Connection) -> list[tuple[str, str]]:
        """Pairs of tables, of which the first points to the second."""
        found = connection.execute(_FOREIGN_KEYS, {"schema": self._schema})
        return [(table, other) for table, other in found]

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        try:
            with writing(self._engine) as connection:
                yield connection
        except DBAPIError as error:
            raise ImageNotPossible(detail=f"PostgreSQL says: {' '.join(str(error.orig).split())}") from error
        except DatabaseUnavailable as error:
            raise ImageNotPossible(detail=f"PostgreSQL says: {error.reason}") from error


def _columns(connection: Connection, schema: str) -> dict[str, list[str]]:
    """The tables of a schema and the columns of each."""
    return {table: list(columns) for table, columns in connection.execute(_COLUMNS, {"schema": schema})}


def _drop(kind: str, name: str) -> str:
    return f"DROP {kind} IF EXISTS {quoted(name)}"


def _run(connection: Connection, *statements: str) -> None:
    """All at once: on their own each would wait for an answer."""
    if statements:
        connection.exec_driver_sql("; ".join(statements))

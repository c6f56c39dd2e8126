"""PostgreSQL as both apps use it: one database, in it a schema for each of them, and one writer at a time in a schema.

A transaction that writes first takes the schema's advisory lock, which is what BEGIN IMMEDIATE is to SQLite: between a
check and the write that relies on it nobody else writes, and after the wait each statement sees all that was committed.
Readers wait for nobody. They see one moment throughout (REPEATABLE READ), as SQLite's do.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, event

from .connecting import CONNECT_SECONDS, connected, read_address
from .database import WRITING
from .facts import count_changes
from .unavailable import install_unavailable

if TYPE_CHECKING:
    import psycopg

LOCK_TIMEOUT_MS = 15_000
IDLE_TIMEOUT_MS = 60_000
"""A transaction whose client has gone silent ends after this, and with it its lock: none waits for others so long."""

LONGEST_IDENTIFIER = 63


def identifier(name: str) -> str:
    """A name as SQL may bear it: PostgreSQL cuts names over 63 bytes, so those end in a digest instead."""
    if len(name) <= LONGEST_IDENTIFIER:
        return name
    return f"{name[:54]}_{hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:8]}"


def engine_options(text: str, name: str) -> dict[str, Any]:
    """What an engine for this address is made with.

    A connection that the server has dropped is noticed when it is taken from the pool, and replaced.
    """
    url = read_address(text)
    defaults = {"connect_timeout": str(CONNECT_SECONDS), "application_name": name}
    return {
        "url": url.update_query_dict({key: value for key, value in defaults.items() if key not in url.query}),
        "pool_size": 8,
        "max_overflow": 24,
        "pool_pre_ping": True,
        "pool_use_lifo": True,  # the connection used last knows most of what was learnt (facts.py)
        "isolation_level": "REPEATABLE READ",
    }


def install_postgresql(engine: Engine, address: str, schema: str, *, durable: bool) -> None:
    """Let the engine's connections work in ``schema``, which is made when missing. Raises RefusedToStart."""
    _make_schema(address, schema)
    install_unavailable(engine)
    count_changes(engine)
    set_up = "; ".join(
        (
            f"SET search_path = {quoted(schema)}",
            f"SET lock_timeout = {LOCK_TIMEOUT_MS}",
            f"SET idle_in_transaction_session_timeout = {IDLE_TIMEOUT_MS}",
            f"SET synchronous_commit = {'on' if durable else 'off'}",
            "SET timezone = 'UTC'",
            "SET datestyle = 'ISO'",
            "SET jit = off",  # it compiles longer than these queries take
        )
    )
    lock = f"SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({lock_key(schema)})"

    @event.listens_for(engine, "connect", insert=True)
    def _set_up(connection: Any, _record: Any) -> None:
        connection.autocommit = True  # a rollback would undo the settings
        connection.execute(set_up)
        connection.autocommit = False

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITING, False):
            connection.exec_driver_sql(lock)


def lock_key(schema: str) -> int:
    """The advisory lock of a schema: a number of 64 bits that other programs of the database will hardly use."""
    return int.from_bytes(hashlib.sha256(f"ticketlab {schema}".encode()).digest()[:8], signed=True)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def remove_schemas(text: str, prefix: str) -> None:
    """Drop everything that a pair keeps under this prefix, its images too. Raises RefusedToStart."""
    owned = {schema_of(prefix, app) for app in ("emulator", "connector", "lab")}
    with connected(text) as connection:
        names = [name for (name,) in connection.execute("SELECT nspname FROM pg_namespace").fetchall()]
        for name in names:
            if name.partition(":")[0] in owned:
                # one a transaction: each table takes a lock, and the server has room for so many
                connection.execute(f"DROP SCHEMA {quoted(name)} CASCADE".encode())
                connection.commit()


@contextmanager
def owning(text: str, prefix: str) -> Iterator[None]:
    """Let other programs see for so long that what lies under this prefix is somebody's. Raises RefusedToStart.

    The server knows when the owner has died, however it has died.
    """
    with connected(text) as connection:
        connection.autocommit = True
        connection.execute("SELECT pg_advisory_lock(%s)", [_owner_key(prefix)])
        yield


def remove_orphans(text: str, prefixes: str) -> None:
    """Drop what lies under prefixes that this regular expression describes and nobody owns. Raises RefusedToStart.

    A pair that is still connected is somebody's, even if its owner's own connection broke off with the server.
    """
    ours = f"^({prefixes})_(emulator|connector|lab)$"
    with connected(text) as connection:
        found = connection.execute(_ORPHANS, {"ours": ours}).fetchall()
        left = [prefix for (prefix,) in found if _is_nobodys(connection, prefix)]
    for prefix in left:
        remove_schemas(text, prefix)


_ORPHANS = """
    SELECT (regexp_match(nspname, %(ours)s))[1] AS prefix FROM pg_namespace
    WHERE nspname ~ %(ours)s AND pg_has_role(nspowner, 'USAGE') GROUP BY prefix
    HAVING NOT bool_or(nspname IN (SELECT application_name FROM pg_stat_activity WHERE application_name IS NOT NULL))
"""


def _is_nobodys(connection: "psycopg.Connection", prefix: str) -> bool:
    (is_free,) = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [_owner_key(prefix)]).fetchone() or (False,)
    return bool(is_free)


def _owner_key(prefix: str) -> int:
    return lock_key(f"owner of {prefix}")


def schema_of(prefix: str, app: str) -> str:
    return f"{prefix}_{app}"


def _make_schema(address: str, schema: str) -> None:
    with connected(address) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(schema)])
        found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone()
        if found is None:  # IF NOT EXISTS would ask for the right to create even where nothing is missing
            connection.execute(f"CREATE SCHEMA {quoted(schema)}".encode())

"""Is a SQLite file sound? Looked at before it is served: a damaged one would give wrong answers, one by one."""

import sqlite3
import struct
import time
from collections.abc import Hashable, Iterator
from contextlib import closing
from pathlib import Path

from .errors import RefusedToStart
from .logs import log

SECONDS = 2.0
"""The longest that a start looks."""

LARGE = 64 * 2**20
MANY_ROWS = 10_000
"""Of a larger file only the tables with fewer rows are looked at: SQLite cannot be interrupted while it reads one
table, and a disk takes a minute for a gigabyte that is not in memory."""

WAL_HEADER = struct.Struct(">8I")
WAL_MAGIC = {0x377F0682: "<", 0x377F0683: ">"}
"""And the byte order of the checksums that each stands for."""

MENDED = "Put a backup in its place, as docs/databases.md describes, or start over with --fresh."

_trusted: dict[Path, Hashable] = {}
"""The stamps of databases that need not be looked at once."""


def trust(path: Path) -> None:
    """Say that the database in ``path`` is this process's own fresh copy of a sound one: it need not be looked at."""
    _trusted[path.resolve()] = _stamp(path)


def _stamp(path: Path) -> Hashable:
    """Differs after every write to a copy, which has the time of what it is a copy of."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def check_soundness(path: Path) -> None:
    """Raises RefusedToStart when the database in ``path``, or the log beside it, is damaged.

    A missing ``-shm`` is made again by SQLite itself. A log that ends in the middle of a page is what a crash leaves:
    SQLite takes what was committed before.
    """
    if not path.exists() or path.stat().st_size == 0:
        return  # a new one
    _check_log(path.with_name(f"{path.name}-wal"))  # one that lay there before belongs to no copy
    if _trusted.pop(path.resolve(), None) == _stamp(path):
        return
    try:
        found = _problems(path)
    except sqlite3.OperationalError as error:
        raise RefusedToStart(f"{path} cannot be used", f"SQLite says: {error}.") from error
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found:
        raise RefusedToStart(f"{path} is damaged", f"SQLite says: {found}. {MENDED}")


def _problems(path: Path) -> str:
    """What is wrong, or nothing."""
    end = time.monotonic() + SECONDS
    is_large = path.stat().st_size > LARGE
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=15)) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > end, 100_000)
        try:
            for part in _small_tables(connection) if is_large else ("1",):
                (first,) = connection.execute(f"PRAGMA quick_check({part})").fetchone()
                if first != "ok":
                    return " ".join(str(first).split())
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            is_large = True
    if is_large:
        log().warning("database.checked_in_part", file=path.name, seconds=SECONDS)
    return ""


def _small_tables(connection: sqlite3.Connection) -> Iterator[str]:
    """Their quoted names."""
    names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    for name in (f'"{each}"' for (each,) in names):
        rows = f"SELECT count(*) FROM (SELECT 1 FROM {name} LIMIT {MANY_ROWS})"  # noqa: S608 - as quoted above
        if connection.execute(rows).fetchone() < (MANY_ROWS,):
            yield name


def _check_log(path: Path) -> None:
    """The header of the log: where it is damaged SQLite would pass over all that was committed in it, in silence."""
    try:
        with path.open("rb") as file:
            header = file.read(WAL_HEADER.size)
    except FileNotFoundError:
        return
    if header and not _is_header(header):
        raise RefusedToStart(f"{path} is damaged", f"Its beginning is not that of a log. {MENDED}")


def _is_header(header: bytes) -> bool:
    if len(header) < WAL_HEADER.size:
        return False
    fields = WAL_HEADER.unpack(header)
    order = WAL_MAGIC.get(fields[0])
    return order is not None and _checksum(header[:24], order) == fields[6:]


def _checksum(content: bytes, order: str) -> tuple[int, int]:
    """SQLite's own, of its file format."""
    first = second = 0
    for one, other in struct.iter_unpack(f"{order}2I", content):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second

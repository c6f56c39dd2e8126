"""A database that cannot answer now: out of disk or of reach, read-only, busy for too long. No request is at fault.

Whatever statement meets it raises one error, which both apps answer with 503; the log tells what the database said.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from .errors import TicketlabError
from .logs import log

SQLITE_CODES = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}
POSTGRESQL_STATES = ("08", "40", "53", "55P03", "57", "58", "25006", "25P03", "XX")
"""Connection lost, conflict to try again, no room, lock not had in time, server going down, its disk, read-only, idle
for too long, damaged. Classes have two letters, states five."""


FILE_CODES = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO}


class DatabaseUnavailable(TicketlabError):
    """Nothing was changed, and the same request may succeed later."""

    status = 503
    message = "The database cannot be used at the moment"

    def __init__(self, reason: str = "") -> None:
        super().__init__(detail="Nothing was changed. Try again; the log says what is wrong.")
        self.reason = reason
        """What the database said: for the log, not for whoever asked."""


def install_unavailable(engine: Engine) -> None:
    """Let the engine's failures of this kind be DatabaseUnavailable."""

    @event.listens_for(engine, "handle_error")
    def _translate(context: ExceptionContext) -> None:
        original = context.original_exception
        if context.is_disconnect or _is_passing(original):
            reason = " ".join(str(original).split())
            log().error("database.unavailable", reason=reason, where=engine.dialect.name)
            raise DatabaseUnavailable(reason) from original


@contextmanager
def writing_files(where: str) -> Iterator[None]:
    """Let the file system's failures of this kind be DatabaseUnavailable: files beside the database are data, too."""
    try:
        yield
    except OSError as error:
        if error.errno not in FILE_CODES:
            raise
        log().error("database.unavailable", reason=error.strerror, where=where)
        raise DatabaseUnavailable(error.strerror or "") from error


def _is_passing(error: Any) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return (code & 0xFF) in SQLITE_CODES
    if not hasattr(error, "sqlstate"):
        return False
    state = error.sqlstate
    # Without a state it never came as far as the server: no connection, or one that broke.
    return state.startswith(POSTGRESQL_STATES) if state else type(error).__name__ == "OperationalError"

"""Ends a server process at a named point of its work with the database, as a power cut would.

Python imports a module of this name when it starts; a test puts this folder on the server's PYTHONPATH, so nothing in
the product knows of it. ``KILL_AT`` names the point, and it counts once the file ``KILL_WHEN`` exists.
"""

import os
import signal
from pathlib import Path
from typing import Any

POINT, ARMED = os.environ.get("KILL_AT", ""), Path(os.environ.get("KILL_WHEN", "/nonexistent"))

KINDS = {
    "update oauth_authorization_code": "code used",
    "insert into oauth_credential": "token written",
    "update oauth_credential": "token changed",
    "insert into task": "record written",
    "insert into sys_attachment ": "attachment written",
    "create table pending_revocation": "table made",
    "insert into sys_dictionary": "field written",
    "alter table task add column": "column added",
    "update ticketlab_version set version": "version started",
}
WRITTEN = {"token written", "token changed", "field written", "record written", "attachment written"}


def kind_of(statement: str) -> str:
    plain = statement.strip().lower().replace('"', "")
    return next((kind for start, kind in KINDS.items() if plain.startswith(start)), "")


def reach(point: str) -> None:
    """Die, the whole process group, if this is the point."""
    if point == POINT and ARMED.exists():
        ARMED.unlink()
        os.killpg(os.getpgid(0), signal.SIGKILL)


def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    reach(f"before {kind_of(statement)}")


def after(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    kind = kind_of(statement)
    connection.info["wrote"] = connection.info.get("wrote", False) or kind in WRITTEN
    reach(f"after {kind}")


def commit(connection: Any) -> None:
    if connection.info.get("wrote"):
        reach("before commit")


def checkin(_dbapi_connection: Any, record: Any) -> None:
    """Committed, and the answer is not on its way yet."""
    if record.info.pop("wrote", False):
        reach("after commit")


if POINT:
    from sqlalchemy import Engine, event
    from sqlalchemy.pool import Pool

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "after_cursor_execute", after)
    event.listen(Engine, "commit", commit)
    event.listen(Pool, "checkin", checkin)

"""A connection to PostgreSQL before there is an engine, and what a person is told who cannot have one.

libpq says what went wrong in many words, with neither a code nor a way out. What it says most often is known here by
those words; whatever else it says is passed on.
"""

import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from .errors import RefusedToStart
from .secret import masked_address

if TYPE_CHECKING:
    import psycopg

CONNECT_SECONDS = 5
SCHEMES = {"postgresql", "postgres", "postgresql+psycopg"}


def read_address(text: str) -> URL:
    """``postgresql://user@host/db`` as an engine takes it. Raises RefusedToStart, which never repeats the password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # its text would hold the address, and that the password
        url = None
    if url is None or url.drivername not in SCHEMES or not url.database:
        raise RefusedToStart("TICKETLAB_DATABASE is wrong", "Give postgresql://USER@HOST:PORT/DATABASE.")
    return url.set(drivername="postgresql+psycopg")


@contextmanager
def connected(address: str) -> "Iterator[psycopg.Connection]":
    """A transaction on a connection of its own. That there is none is a refusal to start, with a way out."""
    import psycopg  # SQLite's users need not wait for it

    url = read_address(address)
    arguments: dict[str, Any] = {**url.translate_connect_args(username="user", database="dbname"), **url.query}
    arguments.setdefault("connect_timeout", CONNECT_SECONDS)
    try:
        with psycopg.connect(**arguments) as connection:
            yield connection
    except psycopg.Error as error:
        raise _refusal(address, url, " ".join(str(error).split())) from error


def _refusal(address: str, url: URL, said: str) -> RefusedToStart:
    shown = masked_address(address)
    for words, what, way_out in _REFUSALS:
        if re.search(words, said):
            return RefusedToStart(what.format(shown), way_out(url))
    return RefusedToStart(f"The database {shown} cannot be used", f"PostgreSQL says: {said}")


def _command(name: str, url: URL, *arguments: str) -> str:
    """A command of PostgreSQL's own, for the server that the address names."""
    server = {"-h": url.host or _parameter(url, "host"), "-p": str(url.port or _parameter(url, "port"))}
    options = [part for option, value in server.items() if value for part in (option, value)]
    return shlex.join([name, *options, *arguments])


def _parameter(url: URL, name: str) -> str:
    value = url.query.get(name, "")
    return value if isinstance(value, str) else value[0]


def _user(url: URL) -> str:
    return url.username or _parameter(url, "user") or "you"


def _make_database(url: URL) -> str:
    owner = ["-U", url.username] if url.username else []
    return f"Create it with {_command('createdb', url, *owner, url.database or '')}"


def _make_user(url: URL) -> str:
    return f"Create one, as a user with that right, by {_command('createuser', url, _user(url))}"


def _start_server(url: URL) -> str:
    del url
    return "Start it (sudo systemctl start postgresql), correct the address, or leave it out: files need no server."


def _give_password(url: URL) -> str:
    return f"Give {_user(url)}'s by PGPASSWORD, in ~/.pgpass, or in TICKETLAB_DATABASE as postgresql://USER:PASSWORD@…"


def _connect_otherwise(url: URL) -> str:
    return (
        f"Its pg_hba.conf decides how {_user(url)} may connect. A socket often takes the system's own user only; "
        "with 127.0.0.1 it asks for a password."
    )


def _grant(url: URL) -> str:
    statement = f'GRANT CREATE ON DATABASE "{url.database}" TO "{_user(url)}"'
    return f"Allow it, as the owner, with {_command('psql', url, '-c', statement, url.database or '')}"


_REFUSALS: tuple[tuple[str, str, Callable[[URL], str]], ...] = (
    (r'database "[^"]*" does not exist', "There is no database {}", _make_database),
    (r'role "[^"]*" does not exist', "The server has no such user: {}", _make_user),
    (r"password authentication failed", "The password for {} is wrong", _give_password),
    (r"no password supplied", "A password is needed for {}", _give_password),
    (
        r"no pg_hba.conf entry|Peer authentication failed|Ident authentication failed",
        "The server does not let this user in: {}",
        _connect_otherwise,
    ),
    (
        r"Connection refused|No such file or directory|timeout expired|Network is unreachable|No route to host",
        "No PostgreSQL server answers at {}",
        _start_server,
    ),
    (r"resolve host|translate host name", "There is no such host: {}", _start_server),
    (r"permission denied for database", "This user may not create schemas in {}", _grant),
)
"""What is found in the server's words, what that means, and what to do."""

"""The limit that the instance is measured against: bare Flask views over the same database file.

Two of them. ``core`` uses the same engine with prepared SQLAlchemy Core statements and no ORM session; ``raw`` the
sqlite3 module alone. Both look the bearer token up by its hash, read and write the same table, and know nothing of
rules, fields or the platform. ``python benchmarks/limit.py core|raw DATABASE PORT`` serves one as the instance is
served.
"""

import hashlib
import json
import secrets
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bare_server import serve
from flask import Flask, Response, request
from sqlalchemy import MetaData, Table, bindparam, create_engine, func, insert, select, text, update
from ticketlab.emulator.dictionary.declaration import load_schema
from ticketlab.shared.database import install_sqlite, reading, writing

PAGE_FIELDS = (
    "number",
    "short_description",
    "state",
    "priority",
    "assigned_to",
    "opened_at",
    "sys_id",
    "active",
    "sys_created_on",
    "type",
)
COUNTER = "UPDATE limit_counter SET value = value + 1 RETURNING value"
HASH_OF = hashlib.sha256


def wire(value: object) -> str:
    """A value as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def answer(payload: object, status: int = 200) -> Response:
    return Response(json.dumps(payload, separators=(",", ":")), status, content_type="application/json;charset=UTF-8")


def bearer_hash() -> str:
    return HASH_OF(request.headers["Authorization"][7:].encode()).hexdigest()


def columns_of(table: str) -> list[str]:
    return [name for name, each in load_schema().fields(table).items() if each.type.storage.value != "virtual"]


def new_row() -> dict[str, Any]:
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    given = request.get_json()
    stamps = {"sys_created_on": now, "sys_updated_on": now, "opened_at": now}
    fixed = {"sys_class_name": "change_request", "active": True, "state": -5, "sys_mod_count": 0}
    return {**fixed, **stamps, **given, "sys_id": secrets.token_hex(16)}


def core_app(database: str) -> Flask:
    """The limit: SQLAlchemy Core through the same engine settings."""
    app = Flask("limit")
    engine = create_engine(f"sqlite:///{database}")
    install_sqlite(engine)
    tables = MetaData()
    task = Table("task", tables, autoload_with=engine)
    credential = Table("limit_token", tables, autoload_with=engine)
    client = Table("limit_client", tables, autoload_with=engine)
    of_class = task.c.sys_class_name == "change_request"
    by_token = select(credential.c.user, credential.c.expires).where(credential.c.hash == bindparam("hash"))
    one = select(*(task.c[name] for name in columns_of("change_request"))).where(
        task.c.sys_id == bindparam("key"), of_class
    )
    matching = [of_class, task.c.state == bindparam("state"), task.c.priority == bindparam("priority")]
    page = select(*(task.c[name] for name in PAGE_FIELDS)).where(*matching)
    page = page.order_by(task.c.sys_created_on.desc(), task.c.sys_id.desc()).limit(20)
    total = select(func.count()).select_from(task).where(*matching)
    new_task = insert(task)
    by_client = select(client.c.secret, client.c.token_hash).where(client.c.id == bindparam("client"))
    renew = update(credential).where(credential.c.hash == bindparam("renewed"))

    @app.get("/get/<key>")
    def get(key: str) -> Response:
        with reading(engine) as connection:
            connection.execute(by_token, {"hash": bearer_hash()}).one()
            row = connection.execute(one, {"key": key}).mappings().one()
        return answer({"result": {name: wire(value) for name, value in row.items()}})

    @app.get("/list")
    def listed() -> Response:
        wanted = {"state": int(request.args["state"]), "priority": int(request.args["priority"])}
        with reading(engine) as connection:
            connection.execute(by_token, {"hash": bearer_hash()}).one()
            rows = connection.execute(page, wanted).mappings().all()
            count = connection.scalar(total, wanted) if "count" in request.args else 0
        found = answer({"result": [{name: wire(value) for name, value in row.items()} for row in rows]})
        found.headers["X-Total-Count"] = str(count)
        return found

    @app.post("/create")
    def create() -> Response:
        with writing(engine) as connection:
            connection.execute(by_token, {"hash": bearer_hash()}).one()
            row = {**new_row(), "number": f"CHG{connection.scalar(text(COUNTER)):07d}"}
            connection.execute(new_task, row)
        return answer({"result": {name: wire(value) for name, value in row.items()}}, 201)

    @app.post("/token")
    def token() -> Response:
        with writing(engine) as connection:
            found = connection.execute(by_client, {"client": request.form["client_id"]}).one()
            assert secrets.compare_digest(found.secret, HASH_OF(request.form["client_secret"].encode()).hexdigest())
            expires = datetime.now(UTC) + timedelta(minutes=30)
            connection.execute(renew, {"renewed": found.token_hash, "expires": expires.replace(tzinfo=None)})
        return answer({"access_token": found.token_hash, "token_type": "Bearer", "expires_in": 1799})

    return app


def raw_app(database: str) -> Flask:
    """The second line: the same with sqlite3 alone."""
    app = Flask("raw")
    local = threading.local()
    names = columns_of("change_request")
    listed_names = ", ".join(f'"{name}"' for name in PAGE_FIELDS)
    matching = "FROM task WHERE sys_class_name = 'change_request' AND state = ? AND priority = ?"

    def connection() -> sqlite3.Connection:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(database, isolation_level=None, timeout=15)
            local.connection.execute("PRAGMA synchronous=FULL")
        found: sqlite3.Connection = local.connection
        return found

    def check() -> None:
        found = (
            connection().execute("SELECT user, expires FROM limit_token WHERE hash = ?", (bearer_hash(),)).fetchone()
        )
        assert found

    @app.get("/get/<key>")
    def get(key: str) -> Response:
        check()
        every = ", ".join(f'"{name}"' for name in names)
        row = connection().execute(f"SELECT {every} FROM task WHERE sys_id = ?", (key,)).fetchone()  # noqa: S608
        return answer({"result": dict(zip(names, map(wire, row), strict=True))})

    @app.get("/list")
    def listed() -> Response:
        check()
        wanted = (int(request.args["state"]), int(request.args["priority"]))
        order = "ORDER BY sys_created_on DESC, sys_id DESC LIMIT 20"
        rows = connection().execute(f"SELECT {listed_names} {matching} {order}", wanted)
        found = answer({"result": [dict(zip(PAGE_FIELDS, map(wire, row), strict=True)) for row in rows]})
        if "count" in request.args:
            count = connection().execute(f"SELECT count(*) {matching}", wanted).fetchone()[0]
            found.headers["X-Total-Count"] = str(count)
        return found

    @app.post("/create")
    def create() -> Response:
        row = {name: str(value) if isinstance(value, datetime) else value for name, value in new_row().items()}
        connection().execute("BEGIN IMMEDIATE")
        check()
        row["number"] = f"CHG{connection().execute(COUNTER).fetchone()[0]:07d}"
        marks = ", ".join("?" * len(row))
        connection().execute(f"INSERT INTO task ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))  # noqa: S608
        connection().execute("COMMIT")
        return answer({"result": {name: wire(value) for name, value in row.items()}}, 201)

    @app.post("/token")
    def token() -> Response:
        connection().execute("BEGIN IMMEDIATE")
        query = "SELECT secret, token_hash FROM limit_client WHERE id = ?"
        secret, token_hash = connection().execute(query, (request.form["client_id"],)).fetchone()
        assert secrets.compare_digest(secret, HASH_OF(request.form["client_secret"].encode()).hexdigest())
        expires = str(datetime.now(UTC) + timedelta(minutes=30))
        connection().execute("UPDATE limit_token SET expires = ? WHERE hash = ?", (expires, token_hash))
        connection().execute("COMMIT")
        return answer({"access_token": token_hash, "token_type": "Bearer", "expires_in": 1799})

    return app


APPS: Mapping[str, Callable[[str], Flask]] = {"core": core_app, "raw": raw_app}


def prepare(database: str, token: str, client: str, secret: str) -> None:
    """The limit's own tables in the instance's database: a token, a client and a counter."""
    with sqlite3.connect(database, timeout=15) as connection:
        statements: Iterable[tuple[str, tuple[str, ...]]] = (
            ("DROP TABLE IF EXISTS limit_token", ()),
            ("DROP TABLE IF EXISTS limit_client", ()),
            ("DROP TABLE IF EXISTS limit_counter", ()),
            ("CREATE TABLE limit_token (hash TEXT PRIMARY KEY, user TEXT, expires DATETIME)", ()),
            ("CREATE TABLE limit_client (id TEXT PRIMARY KEY, secret TEXT, token_hash TEXT)", ()),
            ("CREATE TABLE limit_counter (value INTEGER)", ()),
            ("INSERT INTO limit_counter VALUES (5000000)", ()),
            ("INSERT INTO limit_token VALUES (?, 'admin', '2099-01-01 00:00:00.000000')", (_hashed(token),)),
            ("INSERT INTO limit_client VALUES (?, ?, ?)", (client, _hashed(secret), _hashed(token))),
        )
        for statement, values in statements:
            connection.execute(statement, values)


def _hashed(secret: str) -> str:
    return HASH_OF(secret.encode()).hexdigest()


def main() -> None:
    kind, database, port = sys.argv[1:]
    serve(int(port), lambda: APPS[kind](database))


if __name__ == "__main__":
    main()

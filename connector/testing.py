"""A tenant for tests: seeded, in a folder of the test's own, ready within milliseconds."""

import shutil
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine

from ..shared.clock import ClockSetting
from ..shared.database import writing
from ..shared.lab_state import write_clock
from ..shared.temporary import temporary_folder
from . import create_app
from .database import db
from .settings import Settings

PASSWORD = "ticketlab"  # noqa: S105 - of the demo's accounts
ADMIN = "secadmin@contoso.onmicrosoft.com"
READER = "reader@contoso.onmicrosoft.com"


def make_tenant(folder: Path, **settings: Any) -> Flask:
    """Return a seeded tenant whose data lie in ``folder``; ``settings`` are those of ``Settings``.

    Its address is the one that Flask's test client asks for.
    """
    data = folder / "tenant"
    data.mkdir(exist_ok=True)
    chosen = Settings(
        **{"data": data, "url": "http://localhost", "log_to_terminal": False, "durable": False, **settings}
    )
    if chosen.data == data and not (data / "connector.db").exists():
        for name in ("connector.db", "connector-seed.db"):
            shutil.copy(_template(chosen.tenant, chosen.seed) / name, data / name)
    tenant = create_app(chosen)
    tenant.testing = True
    tenant.jinja_env.bytecode_cache = _compiled_templates()
    return tenant


def engine_of(tenant: Flask) -> Engine:
    with tenant.app_context():
        return db.engine


def sign_in(client: FlaskClient, upn: str = ADMIN, password: str = PASSWORD) -> None:
    """Sign in as a person does, by the page's form."""
    answer = client.post("/signin", data={"upn": upn, "password": password, "csrf_token": csrf_token(client)})
    assert answer.status_code == 303, answer.text


def csrf_token(client: FlaskClient, page: str = "/signin") -> str:
    """The token in the first form of a page."""
    text = client.get(page, follow_redirects=True).text
    _, found, rest = text.partition('name="csrf_token" value="')
    assert found, f"{page} has no form"
    return rest.partition('"')[0]


def bearer(client: FlaskClient, upn: str = ADMIN, password: str = PASSWORD) -> dict[str, str]:
    """The header that opens the API."""
    form = {"grant_type": "password", "username": upn, "password": password}
    tenant = upn.partition("@")[2].partition(".")[0]
    answer = client.post(f"/{tenant}/oauth2/v2.0/token", data=form)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.get_json()['access_token']}"}


def set_clock(tenant: Flask, setting: ClockSetting) -> None:
    with writing(engine_of(tenant)) as connection:
        write_clock(connection, setting)


@cache
def _compiled_templates() -> FileSystemBytecodeCache:
    """Shared by the process's tenants: compiling its pages anew would take half of a test."""
    return FileSystemBytecodeCache(str(temporary_folder("pages")))


@cache
def _template(tenant: str, seed: str) -> Path:
    """A folder with a migrated, seeded database, made once a process."""
    folder = temporary_folder("tenant")
    engine_of(
        create_app(Settings(data=folder, tenant=tenant, seed=seed, durable=False, log_to_terminal=False))
    ).dispose()
    return folder

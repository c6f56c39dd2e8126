"""A tenant for tests: seeded, with data of the test's own, ready within milliseconds."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine

from ..shared.clock import Clock, ClockSetting
from ..shared.data_folder import copy_data
from ..shared.database import writing
from ..shared.garbage import nothing_is_garbage
from ..shared.ids import Ids
from ..shared.lab_state import write_clock
from ..shared.secret import Secret
from ..shared.temporary import temporary_folder
from ..shared.web.parts import part_of
from ..shared.worlds import Worlds, before_close, close, dispose
from . import create_app
from .database import db
from .openid import SigningKeys
from .settings import Settings
from .tickets import start_worker

__all__ = [
    "ADMIN", "PASSWORD", "READER", "bearer", "close", "csrf_token", "engine_of", "make_tenant", "make_working_tenant",
    "set_clock", "sign_in",
]  # fmt: skip

PASSWORD = "ticketlab"  # noqa: S105 - of the demo's accounts
ADMIN = "secadmin@contoso.onmicrosoft.com"
READER = "reader@contoso.onmicrosoft.com"
DEFAULTS: Mapping[str, Any] = {"url": "http://localhost", "log_to_terminal": False, "durable": False}


def make_tenant(
    folder: Path | None = None, *, real_clock: Clock | None = None, ids: Ids | None = None, **settings: Any
) -> Flask:
    """Return a seeded tenant whose data lie in ``folder/tenant`` or in memory; ``settings`` are those of ``Settings``.

    Its address is the one that Flask's test client asks for. One in memory comes from those that the process keeps,
    and ``close`` gives it back.
    """
    if folder is None:
        return _worlds.take(Settings(**{"data": Path(), **DEFAULTS, **settings}), real_clock, ids)
    wanted = Settings(**{"data": folder / "tenant", **DEFAULTS, **settings})
    if not (wanted.data / "connector.db").exists():
        copy_data(_image_for(wanted), wanted.data, "keys", "logs")  # it makes keys of its own
    with nothing_is_garbage():
        return _make(wanted, real_clock, ids)


def make_working_tenant(**settings: Any) -> Flask:
    """A tenant in memory that delivers its tickets by itself, as a server's does."""
    tenant = make_tenant(**settings)
    before_close(tenant, start_worker(tenant).stop)
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


def _make(settings: Settings, real_clock: Clock | None, ids: Ids | None) -> Flask:
    tenant = create_app(settings, real_clock=real_clock, ids=ids)
    tenant.testing = True
    tenant.jinja_env.bytecode_cache = _compiled_templates()
    return tenant


def _lay_out(folder: Path, wanted: Settings) -> None:
    copy_data(_image_for(wanted), folder, "logs")


def _image_for(wanted: Settings) -> Path:
    return _image(wanted.tenant, wanted.seed, wanted.admin_password, bool(wanted.sso_client_secret))


@cache
def _image(tenant: str, seed: str, admin_password: Secret, signs: bool) -> Path:
    """The data folder of a tenant that has just been migrated and seeded; making a signing key takes long."""
    folder = temporary_folder("tenant")
    made = create_app(Settings(data=folder, tenant=tenant, seed=seed, admin_password=admin_password, **DEFAULTS))
    if signs:
        part_of(made, SigningKeys).current()
    dispose(made)
    return folder


_worlds = Worlds("connector", _make, _lay_out)

"""One Microsoft 365 tenant: its security center, its directory, and its connection to ServiceNow."""

from flask import Flask
from flask_wtf import CSRFProtect

from ..shared.clock import Clock, LabClock
from ..shared.data_folder import make_folder
from ..shared.ids import Ids
from ..shared.keyfiles import key_from, read_key
from ..shared.logs import configure_logs
from ..shared.sealing import KeyRing
from ..shared.web.app import SynchronousFlask
from ..shared.web.date import install_date
from ..shared.web.debugging import refuse_debugging
from ..shared.web.headers import install_headers
from ..shared.web.parts import provide
from ..shared.web.request_id import install_request_ids
from ..shared.web.routes import install_routes
from . import (
    api,
    connection,
    directory,
    error_pages,
    front_door,
    home,
    lab,
    language,
    openid,
    score_pages,
    securescore,
    tickets,
)
from .database import db, stored_clock
from .settings import Settings
from .start import prepare_database

BODY_LIMIT = 1_000_000


def create_app(settings: Settings, *, real_clock: Clock | None = None, ids: Ids | None = None) -> Flask:
    """Make the tenant that ``settings`` describe, its database migrated and seeded."""
    make_folder(settings.data)
    ids = ids or Ids()
    session_key = key_from(settings.data / "keys", "connector-session", ids)
    logs = configure_logs(settings.data / "logs", "connector", terminal=settings.log_to_terminal)
    app = SynchronousFlask(__name__, instance_path=str(settings.data.resolve()))
    refuse_debugging(app, settings.host)
    install_routes(app)
    _configure(app, settings, session_key)

    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's own provider has it
    install_request_ids(app, ids, logs, own=True)
    front_door.install(app, settings)
    install_headers(app)
    error_pages.install(app)
    CSRFProtect(app)  # type: ignore[no-untyped-call]
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    settings.place.install(engine, durable=settings.durable)
    clock = LabClock(lambda: stored_clock(engine), real_clock)
    prepare_database(app, engine, settings, clock)
    language.install(app, settings, clock)

    provide(app, settings)
    provide(app, logs)
    provide(app, ids)
    provide(app, clock, Clock)
    install_date(app, clock)
    directory.install(app, settings=settings, engine=engine, clock=clock, ids=ids, session_key=session_key)
    openid.install(app, settings=settings, engine=engine, clock=clock, ids=ids)
    connection.install(app, settings=settings, engine=engine, clock=clock, ids=ids, ring=_key_ring(settings, ids))
    api.install(app, settings=settings, engine=engine, clock=clock, ids=ids)
    securescore.install(app, engine, clock)
    tickets.install(app, settings, engine, clock, ids)
    score_pages.install(app)
    home.install(app)
    lab.install(app, settings, engine)
    return app


def _configure(app: Flask, settings: Settings, session_key: bytes) -> None:
    app.config.update(
        SECRET_KEY=session_key,
        SQLALCHEMY_BINDS={None: settings.place.binding},
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        WTF_CSRF_TIME_LIMIT=None,  # a page may stay open over lunch; the token is bound to the session
    )


def _key_ring(settings: Settings, ids: Ids) -> KeyRing:
    """The keys of the environment, or one of our own beside the data."""
    if not settings.keys:
        return KeyRing([key_from(settings.data / "keys", "connector", ids)])
    advice = "Make one with: openssl rand -hex 32"
    return KeyRing([read_key(key.reveal(), "An entry of TICKETLAB_KEYS", advice) for key in settings.keys])

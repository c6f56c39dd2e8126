"""A ServiceNow instance."""

from flask import Flask

from ..shared.clock import Clock, LabClock
from ..shared.data_folder import one_at_a_time
from ..shared.ids import Ids
from ..shared.logs import configure_logs
from ..shared.web.app import SynchronousFlask
from ..shared.web.date import install_date
from ..shared.web.debugging import refuse_debugging
from ..shared.web.headers import install_headers
from ..shared.web.one_view import install_one_view
from ..shared.web.parts import part_of, provide
from ..shared.web.request_id import install_request_ids
from ..shared.web.routes import install_routes
from . import address_door, apps, front_door, identity, lab, oauth, pages, quotas, rest, retention, sso
from .address_door import TrustedProxies
from .apps.store.installing import HiService, Installer
from .identity.keys import InstanceKey
from .identity.passwords import Passwords
from .imports import ImportSets
from .records.attachments import Attachments
from .records.gate import Gate
from .rest.assumptions import LARGEST_BODY
from .seed import Secrets, declared_schema, write_addresses, write_tables
from .seed.application import SeedInstaller
from .settings import Settings
from .sso.registration import write_registration
from .start import fill_when_empty, let_go_when_refused, make_tables, open_databases
from .store.contents import Contents


def create_app(settings: Settings | None = None, *, real_clock: Clock | None = None, ids: Ids | None = None) -> Flask:
    """Make one instance with its own databases; the settings come from the environment unless they are given.

    Raises RefusedToStart when a setting is unsafe or the data folder cannot be used.
    """
    settings = settings or Settings.from_environment()
    ids = ids or Ids()
    schema = declared_schema(settings)
    app = _flask(settings)
    install_one_view(app)
    quotas.install(app)
    databases = open_databases(app, settings)
    logs = configure_logs(settings.data / "logs", "emulator", terminal=settings.log_to_terminal)
    clock = LabClock(databases.clock_setting, real_clock)
    key = InstanceKey.from_folder(settings.data / "keys", ids)
    decisions = databases.decision_log(clock)
    gate = Gate(databases.store, schema, clock, ids, decisions)
    attachments = Attachments(gate, contents := Contents(settings.data / "attachments", durable=settings.durable))
    provide(app, clock, Clock)
    for each in (settings, ids, decisions, gate, attachments, ImportSets(gate)):
        provide(app, each)
    install_date(app, clock)

    install_request_ids(app, ids, logs, own=False)
    address_door.install(app, gate, TrustedProxies(settings.trusted_proxies))
    front_door.install(app, settings.url)
    identity.install(
        app,
        gate=gate,
        key=key,
        clock=clock,
        ids=ids,
        password_memory_kib=settings.password_memory_kib,
        lab_engine=databases.lab_engine,
    )
    oauth.install(app, gate=gate, key=key, clock=clock, ids=ids, lab_engine=databases.lab_engine)
    sso.install(app, gate=gate, key=key, clock=clock, ids=ids, own_url=settings.url)
    rest.install(app)
    provide(app, HiService(settings.hi_user, settings.hi_password))
    provide(app, SeedInstaller(gate), Installer)
    apps.install(app)
    pages.install(app)
    retention.install(app, gate, clock, attachments)
    lab.install(app, settings, databases, gate, key, attachments)
    install_headers(app, further=rest.platform_headers)

    with let_go_when_refused(databases), one_at_a_time(settings.data / "emulator.lock"):
        make_tables(databases, schema)
        fill_when_empty(databases, schema, settings, Secrets(part_of(app, Passwords), key, ids), contents)
        write_tables(gate)
        write_addresses(gate, settings)
        write_registration(gate, key, settings)
        attachments.pin_once(lab.SEED)
    return app


def _flask(settings: Settings) -> Flask:
    app = SynchronousFlask(
        __name__,
        template_folder="pages/templates",
        static_folder="pages/static",
        instance_path=str(settings.data.resolve()),
    )
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY.value  # what takes files or a property's size says so by itself
    refuse_debugging(app, settings.host)
    install_routes(app)
    return app

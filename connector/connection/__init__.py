"""Provisioning: connecting the tenant to an instance, and keeping the connection alive."""

from flask import Flask
from sqlalchemy import Engine

from ...shared.clock import Clock
from ...shared.ids import Ids
from ...shared.sealing import KeyRing
from ...shared.web.parts import provide
from ..settings import Settings
from .authorization import Authorization
from .identity import Identities
from .key_rotation import SealedSecrets
from .revocation import Revocations
from .service import Connections
from .vault import TokenVault

__all__ = ["Connections", "Revocations", "SealedSecrets", "install"]


def install(app: Flask, *, settings: Settings, engine: Engine, clock: Clock, ids: Ids, ring: KeyRing) -> None:
    """Give the app its connection and the page that sets it up."""
    from .views import blueprint

    secrets = SealedSecrets(engine, ring, settings.place, settings.data)
    secrets.check()
    vault = TokenVault(ring)
    connections = Connections(engine, settings, clock, ids, vault)
    identities = Identities(clock, settings.call_seconds, settings.source_address)
    provide(app, connections)
    provide(app, secrets)
    provide(app, Authorization(engine, connections, vault=vault, identities=identities, clock=clock, ids=ids))
    app.register_blueprint(blueprint)

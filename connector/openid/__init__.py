"""The tenant's directory as an OpenID provider: instances let people sign in with it."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import Engine

from ...shared.clock import Clock
from ...shared.ids import Ids
from ...shared.signing_keys import SigningKeys
from ...shared.web.parts import part_of, provide
from ..directory.web import SignInLeadsOn
from ..settings import Settings
from .codes import Codes
from .registrations import Registrations
from .server import OpenIDServer

PUBLISHED = timedelta(days=1)
"""How long a signing key can still be had after a rotation."""

__all__ = ["OpenIDServer", "Registrations", "SigningKeys", "install"]


def install(app: Flask, *, settings: Settings, engine: Engine, clock: Clock, ids: Ids) -> None:
    """Provide the provider's parts and its addresses, and register the instances that the settings name."""
    from .views import blueprint, origin_behind

    registrations = Registrations(engine)
    registrations.write(settings)
    provide(app, registrations)
    provide(app, Codes(engine, clock))
    provide(app, SigningKeys(settings.data / "keys" / "openid-signing", clock, ids, published=PUBLISHED))
    provide(app, OpenIDServer(app))
    part_of(app, SignInLeadsOn).origin_of = origin_behind
    app.register_blueprint(blueprint)

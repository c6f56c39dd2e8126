"""The authorization server: oauth_entity records are its clients, oauth_credential records its tokens."""

from flask import Flask
from sqlalchemy import Engine

from ...shared.clock import Clock
from ...shared.ids import Ids
from ...shared.web.parts import part_of, provide
from ..identity.authenticators import Authenticators
from ..identity.keys import InstanceKey
from ..identity.users import Users
from ..records.gate import Gate
from .bearer import BearerAuthenticator
from .clients import Clients
from .codes import Codes
from .consents import Consents
from .credentials import Credentials
from .policy import OAuthProperties
from .server import Behind, OAuthServer
from .tokens import Tokens
from .uses import TokenUses
from .views import blueprint


def install(app: Flask, *, gate: Gate, key: InstanceKey, clock: Clock, ids: Ids, lab_engine: Engine) -> None:
    """Provide Clients, Credentials, Consents and OAuthServer, and let Bearer tokens identify. After identity's."""
    users = part_of(app, Users)
    properties = OAuthProperties(gate)
    clients = Clients(gate, key)
    credentials = Credentials(gate, Tokens(key), TokenUses(lab_engine), clock, ids)
    codes = Codes(gate.store, clock)
    for each in (properties, clients, credentials, Consents(gate.store, clock, ids)):
        provide(app, each)
    provide(app, OAuthServer(Behind(gate, users, clients, codes, credentials, properties, clock, ids)))
    part_of(app, Authenticators).add(BearerAuthenticator(credentials, users, properties))
    app.register_blueprint(blueprint)

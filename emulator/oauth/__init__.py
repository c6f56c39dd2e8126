"""The authorization server: oauth_entity records are its clients, oauth_credential records its tokens."""

from flask import Flask
from sqlalchemy import Engine

from ...shared.clock import Clock
from ...shared.ids import Ids
from ...shared.signing_keys import SigningKeys
from ...shared.web.parts import part_of, provide
from ..identity.authenticators import Authenticators
from ..identity.keys import InstanceKey
from ..identity.users import Users
from ..records.gate import Gate
from ..settings import Settings
from .access_jwts import KEYS_PUBLISHED, AccessJwts
from .api_scopes import ApiScopes
from .bearer import BearerAuthenticator
from .clients import Clients
from .codes import Codes
from .connection_status import ConnectionStatuses
from .consents import Consents
from .credentials import Credentials
from .families import Families
from .grants import AuthorizationCodeGrant, RefreshTokenGrant, S256Challenge
from .judging import Judge
from .machine_grants import MACHINE_GRANTS
from .policy import OAuthProperties
from .server import OAuthServer
from .tokens import Tokens
from .tries import FailedTries
from .uses import TokenUses
from .views import blueprint


def install(app: Flask, *, gate: Gate, key: InstanceKey, clock: Clock, ids: Ids, lab_engine: Engine) -> None:
    """Provide Clients, Credentials, Consents and OAuthServer, and let Bearer tokens identify. After identity's."""
    users = part_of(app, Users)
    properties = OAuthProperties(gate)
    clients = Clients(gate, key)
    settings = part_of(app, Settings)
    keys = SigningKeys(settings.data / "keys" / "oauth-signing", clock, ids, published=KEYS_PUBLISHED)
    jwts = AccessJwts(keys, clock, settings.url)
    tokens = Tokens(key, jwts)
    uses = TokenUses(lab_engine)
    judge = Judge(gate, tokens, clock)
    credentials = Credentials(gate, tokens, judge, clock, ids)
    statuses = ConnectionStatuses(gate, judge, uses)
    families = Families(gate, credentials, tokens, clock)
    codes = Codes(gate.store, clock)
    consents = Consents(gate.store, clock, ids)
    for each in (properties, clients, tokens, uses, judge, credentials, statuses, keys, consents):
        provide(app, each)
    server = OAuthServer(
        gate=gate,
        users=users,
        clients=clients,
        codes=codes,
        credentials=credentials,
        judge=judge,
        families=families,
        properties=properties,
        tries=FailedTries(lab_engine, clock),
        jwts=jwts,
        tokens=tokens,
        clock=clock,
        ids=ids,
        issuer=settings.url,
    )
    server.register_grant(AuthorizationCodeGrant, [S256Challenge(required=True)])
    server.register_grant(RefreshTokenGrant)
    for grant in MACHINE_GRANTS:
        server.register_grant(grant)
    provide(app, server)
    part_of(app, Authenticators).add(BearerAuthenticator(judge, uses, users, properties, ApiScopes(gate)))
    app.register_blueprint(blueprint)

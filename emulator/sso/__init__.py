"""Multi-Provider SSO: somebody else's directory says who a person is, by OpenID Connect."""

from flask import Flask

from ...shared.clock import Clock
from ...shared.ids import Ids
from ...shared.web.parts import part_of, provide
from ..identity.keys import InstanceKey
from ..identity.users import Users
from ..records.gate import Gate
from .attempts import Attempts
from .provider_client import ProviderClient
from .providers import Providers
from .sign_in import SingleSignOn


def install(app: Flask, *, gate: Gate, key: InstanceKey, clock: Clock, ids: Ids, own_url: str) -> None:
    """Provide Providers, ProviderClient and SingleSignOn."""
    providers = Providers(gate, key)
    client = ProviderClient(clock)
    attempts = Attempts(gate.store, clock, ids)
    provide(app, providers)
    provide(app, client)
    provide(app, SingleSignOn(gate, part_of(app, Users), client, attempts, clock, own_url))

"""Who is this caller? Users, passwords, sessions, and the ways by which a request says who sent it."""

from flask import Flask
from sqlalchemy import Engine

from ...shared.clock import Clock
from ...shared.ids import Ids
from ...shared.web.parts import part_of, provide
from ..records.gate import Gate
from .activity import Activity
from .api_keys import ApiKeyAuthenticator, ApiKeys
from .authenticators import Authenticators, first_party
from .keys import InstanceKey
from .passwords import Passwords
from .pending import PendingLogins
from .second_factor import SecondFactor
from .secret_fields import SecretFields
from .sessions import Sessions
from .user_tokens import UserTokens
from .users import Users
from .web import ExternalLogin, install_web


def install(
    app: Flask, *, gate: Gate, key: InstanceKey, clock: Clock, ids: Ids, password_memory_kib: int, lab_engine: Engine
) -> None:
    """Provide what identity has for others, and the pages' session cookie."""
    passwords = Passwords(password_memory_kib, clock, ids)
    users = Users(gate, passwords, clock)
    sessions = Sessions(gate.store, Activity(lab_engine), clock, ids, gate.get_property)
    tokens = UserTokens(key, ids)
    secrets = SecretFields(gate, passwords, key)
    for each in (key, passwords, users, sessions, tokens, secrets, SecondFactor(gate, key, clock)):
        provide(app, each)
    provide(app, PendingLogins(key, users, clock))
    provide(app, ApiKeys(gate, key))
    authenticators = Authenticators(*first_party(gate, users, sessions, tokens))
    authenticators.add(ApiKeyAuthenticator(part_of(app, ApiKeys), users))
    provide(app, authenticators)
    provide(app, ExternalLogin())
    install_web(app)

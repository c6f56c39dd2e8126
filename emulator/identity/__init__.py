"""Who is this caller? Users, passwords, sessions, and the ways by which a request says who sent it."""

from flask import Flask

from ...shared.clock import Clock
from ...shared.ids import Ids
from ...shared.web.parts import provide
from ..records.gate import Gate
from .authenticators import Authenticators, first_party
from .keys import InstanceKey
from .passwords import Passwords
from .sessions import Sessions
from .user_tokens import UserTokens
from .users import Users
from .web import ExternalLogin, install_web


def install(app: Flask, *, gate: Gate, key: InstanceKey, clock: Clock, ids: Ids, password_memory_kib: int) -> None:
    """Provide InstanceKey, Passwords, Users, Sessions, UserTokens and Authenticators, and the pages' session cookie."""
    passwords = Passwords(password_memory_kib, clock, ids)
    users = Users(gate, passwords, clock)
    sessions = Sessions(gate.store, clock, ids)
    tokens = UserTokens(key, ids)
    for each in (key, passwords, users, sessions, tokens):
        provide(app, each)
    provide(app, Authenticators(*first_party(users, sessions, tokens)))
    provide(app, ExternalLogin())
    install_web(app)

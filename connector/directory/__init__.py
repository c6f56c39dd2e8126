"""The tenant's directory: who its people are and how they sign in."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import Engine

from ...shared.clock import Clock
from ...shared.ids import Ids
from ...shared.web.parts import provide
from ..settings import Settings
from .cookies import TenantSessions
from .passwords import Passwords
from .people import Directory
from .sessions import BrowserSessions
from .users import User, Users
from .web import (
    SignInLeadsOn,
    admin_required,
    current_user,
    global_administrator_required,
    sign_in_required,
    signed_in_user,
)

__all__ = [
    "User",
    "Users",
    "admin_required",
    "current_user",
    "global_administrator_required",
    "install",
    "sign_in_required",
    "signed_in_user",
]


def install(app: Flask, *, settings: Settings, engine: Engine, clock: Clock, ids: Ids, session_key: bytes) -> None:
    """Give the app its directory, its sessions and its sign-in page."""
    from .pages import blueprint as people
    from .views import blueprint

    sessions = BrowserSessions(engine, clock, ids, timedelta(minutes=settings.idle_minutes))
    cookies = TenantSessions(sessions, settings, session_key)
    provide(app, Users(engine, Passwords()))
    provide(app, Directory(engine, Passwords(), clock))
    provide(app, cookies)
    provide(app, SignInLeadsOn())
    app.session_interface = cookies
    app.jinja_env.globals["current_user"] = current_user
    app.register_blueprint(blueprint)
    app.register_blueprint(people)

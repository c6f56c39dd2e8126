"""What a person sees: login and consent, the frame with its navigator, lists and forms of every table."""

from flask import Flask

from ...shared.web.parts import part_of, provide
from . import (
    attachment_views,
    columns_views,
    elevation,
    export_views,
    form_views,
    frame_views,
    impersonation,
    interceptor,
    list_views,
    tokens,
)
from .blueprint import pages
from .consent import blueprint as consent
from .frame import install_errors
from .layout import install_layout
from .login import blueprint as login
from .login_steps import blueprint as login_steps
from .menu import Menus
from .navigator import Navigator
from .script_login import blueprint as script_login
from .sso import install_sso

__all__ = ["install"]
_VIEWS = (columns_views, elevation, frame_views, impersonation, interceptor, list_views, form_views, tokens)
"""Imported for the routes they add to the blueprint."""


def install(app: Flask) -> None:
    """Register the pages. The installed apps have declared their menus before."""
    provide(app, Navigator(part_of(app, Menus).applications))
    install_layout(app)
    install_errors(app)
    install_sso(app)
    export_views.install(app)
    attachment_views.install(app)
    for blueprint in (login, login_steps, script_login, consent, pages):
        app.register_blueprint(blueprint)

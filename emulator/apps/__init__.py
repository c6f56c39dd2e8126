"""Applications that run on the instance, each in its own scope."""

from flask import Flask

from ...shared.web.parts import provide
from ..pages.menu import Menus
from . import m365ticket, store


def install(app: Flask) -> None:
    """Register every app's pages and API, and provide their menus for the navigator."""
    m365ticket.install(app)
    store.install(app)
    provide(app, Menus((m365ticket.MENU,)))

"""The tenant for the command that writes a migration.

``flask --app ticketlab.connector.migrating db migrate --rev-id 0003 -m "what"``
"""

from flask import Flask

from . import create_app as create_tenant
from .migrations.commands import with_migrations
from .settings import Settings


def create_app() -> Flask:
    """The factory that the ``flask`` command looks for."""
    return with_migrations(create_tenant(Settings.from_environment()))

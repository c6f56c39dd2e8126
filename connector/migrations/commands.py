"""Flask-Migrate for the tenant, apart from create_app because importing Alembic is slow.

A new migration: ``flask --app ticketlab.connector.migrations.commands db migrate --rev-id 0003 -m "what"``.
"""

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate

from ..database import db


def with_migrations(app: Flask) -> Flask:
    """Give the app the ``flask db`` commands."""
    Migrate(app, db, directory=str(Path(__file__).parent))
    return app


def create_app() -> Flask:
    """For the ``flask`` command."""
    from .. import create_app as create_tenant
    from ..settings import Settings

    return with_migrations(create_tenant(Settings.from_environment()))

"""Flask-Migrate for the tenant, apart from create_app because importing Alembic is slow."""

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate

from ..database import db


def with_migrations(app: Flask) -> Flask:
    """Give the app the ``flask db`` commands."""
    Migrate(app, db, directory=str(Path(__file__).parent))
    return app

"""Bring the tenant's database up to date and end: ``python -m ticketlab.connector.migrations.apply``."""

from ...shared.errors import RefusedToStart
from .. import create_app
from ..settings import Settings


def main() -> int:
    """Start the app for what starting does. A refusal is told by the server, which meets it next."""
    try:
        create_app(Settings.from_environment())
    except RefusedToStart:
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

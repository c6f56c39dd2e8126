"""The instance for a WSGI server: ``ticketlab.emulator.wsgi:app``, its settings from ``TICKETLAB_*``."""

from . import create_app
from .settings import Settings

app = create_app(Settings.from_environment())

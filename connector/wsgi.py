"""The tenant for a WSGI server; its settings come from ``TICKETLAB_*``."""

from . import create_app
from .settings import Settings
from .tickets import start_worker

app = create_app(Settings.from_environment())
start_worker(app)

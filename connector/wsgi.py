"""The tenant for a WSGI server; its settings come from ``TICKETLAB_*``."""

from functools import partial

from . import create_app
from .settings import Settings
from .start import prepare_in_another_process
from .tickets import start_worker

_settings = Settings.from_environment()
prepare_in_another_process(_settings, partial(create_app, _settings))
app = create_app(_settings)
start_worker(app)

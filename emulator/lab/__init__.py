"""The instance's lab: health, clock, reset, working clients and users for programs, and why a request was refused."""

from flask import Flask

from ...shared.web.lab import install_lab, lab_blueprint
from ..records.gate import Gate
from ..settings import Settings
from ..start import Databases
from . import views
from .instance_lab import InstanceLab


def install(app: Flask, settings: Settings, databases: Databases, gate: Gate) -> None:
    """Put the lab on the app; its views use the parts of identity and OAuth."""
    blueprint = lab_blueprint()
    blueprint.register_blueprint(views.blueprint)
    install_lab(app, InstanceLab(settings, gate, databases.lab_engine), blueprint)

"""The instance's lab: health, clock, reset, working clients and users for programs, and why a request was refused."""

from flask import Flask

from ...shared.web.lab import install_lab, lab_blueprint
from ..identity.keys import InstanceKey
from ..records.attachments import Attachments
from ..records.gate import Gate
from ..settings import Settings
from ..start import Databases
from . import explain, views
from .instance_lab import SEED, InstanceLab
from .single_sign_on import switch_single_sign_on

_ROUTES = (explain,)
"""Imported for the routes it adds to the views' blueprint."""


__all__ = ["SEED", "install"]


def install(
    app: Flask, settings: Settings, databases: Databases, gate: Gate, key: InstanceKey, attachments: Attachments
) -> None:
    """Put the lab on the app; its views use the parts of identity and OAuth."""
    blueprint = lab_blueprint()
    blueprint.register_blueprint(views.blueprint)
    blueprint.add_url_rule("/single-sign-on", view_func=switch_single_sign_on, methods=["POST"])
    install_lab(app, InstanceLab(settings, gate, databases.lab_engine, key, attachments), blueprint)

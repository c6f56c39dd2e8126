"""The tenant's lab: health, clock, reset, and a page that tells the story."""

from functools import partial

from flask import Flask
from sqlalchemy import Engine

from ...shared.web.lab import install_lab, lab_blueprint
from ..settings import Settings
from ..start import migrate_when_older
from .tenant_lab import TenantLab
from .views import openapi, rotate_sealing_keys, rotate_signing_keys, sealing_keys


def install(app: Flask, settings: Settings, engine: Engine) -> None:
    blueprint = lab_blueprint()
    blueprint.add_url_rule("/openid-keys", view_func=rotate_signing_keys, methods=["POST"])
    blueprint.add_url_rule("/sealing-keys", view_func=sealing_keys, methods=["GET"])
    blueprint.add_url_rule("/sealing-keys", view_func=rotate_sealing_keys, methods=["POST"])
    blueprint.add_url_rule("/openapi.json", view_func=openapi, methods=["GET"])
    app.extensions["csrf"].exempt(blueprint)  # it has a guard of its own, which programs pass without a token
    install_lab(app, TenantLab(settings, engine, partial(migrate_when_older, app, engine)), blueprint)

"""The REST APIs: parse, ask the gate, render."""

from flask import Flask

from ...shared.web.parts import provide
from . import (
    attachment_api,
    attachment_attributes_api,
    batch_api,
    catalog_api,
    change_api,
    cmdb_api,
    import_api,
    jsonv2,
    not_emulated,
    small_apis,
    stats_api,
    table_api,
)
from .frame import install_frame
from .outgoing import platform_headers
from .rate_limits import RequestCounts
from .slashes import PassesOverSlashes

__all__ = ["install", "platform_headers"]


def install(app: Flask) -> None:
    """Put every REST API on the app."""
    provide(app, RequestCounts())
    app.wsgi_app = PassesOverSlashes(app.wsgi_app)  # type: ignore[method-assign]
    install_frame(app)
    for api in (
        table_api,
        stats_api,
        attachment_api,
        attachment_attributes_api,
        batch_api,
        catalog_api,
        change_api,
        cmdb_api,
        import_api,
        small_apis,
    ):
        app.register_blueprint(api.blueprint)
    jsonv2.install(app)
    not_emulated.install(app)

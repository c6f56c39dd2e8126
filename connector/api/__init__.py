"""The tenant's API under ``/api/v1``, and the token endpoint that opens it."""

from typing import TYPE_CHECKING

from flask import Flask, Response, abort
from sqlalchemy import Engine

from ...shared.clock import Clock
from ...shared.ids import Ids
from ...shared.web.parts import provide
from ..directory.access_tokens import AccessTokens
from ..settings import Settings
from .frame import api_arguments, api_input, page, register_api, require_bearer

if TYPE_CHECKING:
    from authlib.integrations.flask_oauth2 import AuthorizationServer

__all__ = ["api_arguments", "api_input", "install", "page", "register_api"]


def install(app: Flask, *, settings: Settings, engine: Engine, clock: Clock, ids: Ids) -> None:
    from .views import blueprint

    provide(app, AccessTokens(engine, clock, ids))
    app.before_request(require_bearer)
    register_api(app, blueprint)
    _install_token_endpoint(app, settings)


def _install_token_endpoint(app: Flask, settings: Settings) -> None:
    server: list[AuthorizationServer] = []

    def token(tenant: str) -> Response:
        from ..directory.token_endpoint import answer, make_server  # Authlib's server side, not needed for the start

        if tenant not in {settings.tenant, settings.domain}:
            abort(404)
        if not server:
            server.append(make_server(app))
        return answer(server[0])

    app.extensions["csrf"].exempt(token)
    app.add_url_rule("/<tenant>/oauth2/v2.0/token", "token", token, methods=["POST"])

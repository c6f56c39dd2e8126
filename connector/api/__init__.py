"""The tenant's API under ``/api/v1``, and the token endpoint that opens it."""

from flask import Flask, Response
from sqlalchemy import Engine

from ...shared.clock import Clock
from ...shared.ids import Ids
from ...shared.web.parts import part, provide
from ..directory.access_tokens import AccessTokens
from ..openid.server import OpenIDServer, check_tenant
from ..settings import Settings
from .frame import api_arguments, api_input, page, register_api, require_bearer

__all__ = ["api_arguments", "api_input", "install", "page", "register_api"]


def install(app: Flask, *, settings: Settings, engine: Engine, clock: Clock, ids: Ids) -> None:
    from .users import blueprint as users
    from .views import blueprint

    provide(app, AccessTokens(engine, clock, ids))
    app.before_request(require_bearer)
    register_api(app, blueprint)
    register_api(app, users)
    _install_token_endpoint(app, settings)


def _install_token_endpoint(app: Flask, settings: Settings) -> None:
    def token(tenant: str) -> Response:
        from ..directory.token_endpoint import answer  # Authlib's server side, not needed for the start

        check_tenant(settings, tenant)
        return answer(part(OpenIDServer).authlib)

    app.extensions["csrf"].exempt(token)
    app.add_url_rule("/<tenant>/oauth2/v2.0/token", "token", token, methods=["POST"])

"""Microsoft Secure Score: the score, the improvement actions, and ways to share one."""

from flask import Flask
from sqlalchemy import Engine

from ...shared.clock import Clock
from ...shared.web.parts import provide
from .score import SecureScore

__all__ = ["SecureScore", "install"]


def install(app: Flask, engine: Engine, clock: Clock) -> None:
    from ..api import register_api
    from .api import blueprint as api
    from .views import blueprint

    provide(app, SecureScore(engine, clock))
    app.register_blueprint(blueprint)
    register_api(app, api)

"""Microsoft Secure Score: the score, the improvement actions, and their API."""

from flask import Flask
from sqlalchemy import Engine

from ...shared.clock import Clock
from ...shared.web.parts import provide
from .score import SecureScore

__all__ = ["SecureScore", "install"]


def install(app: Flask, engine: Engine, clock: Clock) -> None:
    from ..api import register_api
    from .api import blueprint as api

    provide(app, SecureScore(engine, clock))
    register_api(app, api)

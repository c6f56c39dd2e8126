"""Tickets: created here, delivered to ServiceNow, and their states read back."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import Engine

from ...shared.clock import Clock
from ...shared.ids import Ids
from ...shared.web.parts import part_of, provide
from ..connection import Connections
from ..settings import Settings
from .board import Board
from .delivery import Delivery
from .service import Tickets
from .states import StateNames
from .sync import Sync
from .upstream import Tables
from .worker import Worker, start_worker

__all__ = ["Board", "Delivery", "StateNames", "Sync", "Tickets", "Worker", "install", "start_worker"]


def install(app: Flask, settings: Settings, engine: Engine, clock: Clock, ids: Ids) -> None:
    """Give the app its tickets; the connection has to be there already."""
    from ..api import register_api
    from .api import blueprint as api
    from .views import blueprint

    connections = part_of(app, Connections)
    tables = Tables(platform=settings.ticket_tables == "platform")
    worker = Worker(settings.poll_seconds, ids)
    names = StateNames(engine)
    provide(app, worker)
    provide(app, names)
    provide(app, Board(engine, names))
    provide(app, Tickets(engine, clock, ids, wake=worker.wake))
    # A lease outlives the longest delivery: two calls, each renewed once, each within its deadline.
    provide(app, Delivery(engine, ids, connections, tables, lease_seconds=max(10.0, settings.call_seconds * 5)))
    every = timedelta(seconds=settings.poll_seconds * 0.9)
    provide(app, Sync(engine, clock, connections, tables, every=every))
    app.register_blueprint(blueprint)
    register_api(app, api)

"""Calls that need a token, from threads and from processes that a test starts."""

from concurrent.futures import ThreadPoolExecutor
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from flask import Flask
from ticketlab.connector.connection.service import Connections
from ticketlab.connector.testing import make_tenant
from ticketlab.shared.place import Server
from ticketlab.shared.secret import Secret
from ticketlab.shared.web.parts import part_of

TABLE = "x_mioms_m365ticket_change_request"


def call(tenant: Flask) -> str:
    return str(part_of(tenant, Connections).client().create(TABLE, {"short_description": "x"})["number"])


def call_at_once(folder: str, database: str, instance_url: str, start: Barrier, answers: "Queue[list[str]]") -> None:
    """In a process of its own: wait for the others, then call from eight threads."""
    tenant = make_tenant(
        Path(folder),
        data=Path(folder),
        database=Server(Secret(database)),
        instances={"dev00001": instance_url},
    )
    start.wait()
    with ThreadPoolExecutor(8) as pool:
        answers.put(list(pool.map(lambda _: call(tenant), range(8))))

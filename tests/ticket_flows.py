"""Creating tickets as a person or a program does, and moving what delivers them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from ticketlab.connector.connection import Connections
from ticketlab.connector.database import reading_session
from ticketlab.connector.testing import engine_of
from ticketlab.connector.tickets import Delivery, Sync
from ticketlab.connector.tickets.models import OutboxItem, TicketRow
from ticketlab.connector.tickets.upstream import Tables
from ticketlab.shared.ids import Ids
from ticketlab.shared.web.parts import part_of
from werkzeug.test import TestResponse

LEASE = 30.0


class HandClock:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC) + timedelta(hours=1)  # whatever is due is due by now

    def now(self) -> datetime:
        return self.moment

    def pass_by(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def fields(**changes: Any) -> dict[str, Any]:
    """A ticket as the API takes it."""
    given = {
        "kind": "change",
        "name": "Close the old gateway",
        "description": "Nobody uses it.\nIt is open to the world.",
        "priority": "2",
        "due_date": "2030-01-31",
        "recommendation_category": "infrastructure",
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


def post(tenant: Flask, api: dict[str, str], headers: dict[str, str] | None = None, **changes: Any) -> TestResponse:
    return tenant.test_client().post("/api/v1/tickets", json=fields(**changes), headers={**api, **(headers or {})})


def create(tenant: Flask, api: dict[str, str], **changes: Any) -> str:
    """Create a ticket that waits to be delivered; return its id."""
    answer = post(tenant, api, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["id"])


def ticket_of(tenant: Flask, ticket_id: str) -> TicketRow:
    with reading_session(engine_of(tenant)) as session:
        return session.get_one(TicketRow, ticket_id)


def waiting(tenant: Flask) -> list[OutboxItem]:
    with reading_session(engine_of(tenant)) as session:
        return list(session.scalars(select(OutboxItem)))


def another_worker(tenant: Flask, clock: HandClock | None = None, *, platform: bool = False) -> Delivery:
    """A worker of another process: it shares nothing but the database."""
    connections = part_of(tenant, Connections)
    tables = Tables(platform=platform)
    return Delivery(engine_of(tenant), Ids(), connections, tables, lease_seconds=LEASE, real=clock)


def deliver(tenant: Flask) -> int:
    return part_of(tenant, Delivery).deliver_due()


def read_states(tenant: Flask) -> int:
    result = part_of(tenant, Sync).run(force=True)
    assert result.ran, "nothing was read"
    return result.changed


def form(client: FlaskClient, path: str = "/tickets/new", **changes: str) -> dict[str, str]:
    """The form of a new ticket as the page gives it, filled in."""
    text = client.get(path).text
    hidden = {name: _hidden(text, name) for name in ("csrf_token", "submission", "control_id")}
    filled = {**fields(), **{name: value for name, value in hidden.items() if value}}
    if hidden["control_id"]:
        filled["recommendation_category"] = _hidden(text, "recommendation_category")
    return {**filled, **changes}


def _hidden(text: str, name: str) -> str:
    return text.partition(f'name="{name}" value="')[2].partition('"')[0]

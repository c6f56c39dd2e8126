"""A tenant's server killed while it delivers: nothing is lost, and nothing is sent twice."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests
from faults.fake_instance import FakeInstance, fake_instance
from faults.fault_server import Heard
from faults.ticket_tables import TicketTables
from served_tenant import Program, wait_until
from ticketlab.shared.command.server import Server

CALL_SECONDS = 2
"""A lease lasts ten seconds then, and the restarted server waits for its end."""


@pytest.fixture
def instance() -> Iterator[FakeInstance]:
    with fake_instance() as running:
        yield running


@pytest.fixture
def tables(instance: FakeInstance) -> TicketTables:
    made = TicketTables(unique=False)  # only our own care is left
    made.install(instance)
    return made


def kill(server: Server) -> None:
    """The whole session, workers too, as a power cut would."""
    os.killpg(server.pid, signal.SIGKILL)


def create(program: Program) -> None:
    """Create a ticket; the server may be dead before it has said so."""
    with suppress(requests.ConnectionError):
        program.create()


def the_ticket(program: Program) -> dict[str, Any]:
    (ticket,) = program.call("GET", "tickets")["value"]
    return dict(ticket)


@pytest.mark.attack("S04")
def test_s04_server_killed_between_the_upstream_post_and_marking_it_sent_makes_one_ticket(
    tenant_server, instance: FakeInstance, tables: TicketTables, tmp_path
):
    """After the restart the correlation id is looked up, and the ticket that is there is adopted."""
    settings = {
        "instances": f"dev00001={instance.url}",
        "data": tmp_path / "kept",
        "call_seconds": CALL_SECONDS,
    }
    first: Server = tenant_server(**settings)

    def make_it_then_kill(request: Heard, _connection: socket.socket) -> None:
        tables.honest("x_mioms_m365ticket_change_request", request)
        kill(first)

    tables.faults.append(make_it_then_kill)
    program = Program(first.url).sign_in().connect()
    create(program)
    wait_until(lambda: bool(tables.all()))

    second = Program(tenant_server(**settings).url).sign_in()
    wait_until(lambda: the_ticket(second)["delivery"] == "sent")
    assert the_ticket(second)["number"] == "CHG0030001"
    assert len(tables.all()) == 1
    assert len(tables.bodies) == 1


@pytest.mark.long
@pytest.mark.attack("S05")
def test_s05_server_killed_before_anything_was_sent_delivers_after_the_restart(
    tenant_server, instance: FakeInstance, tables: TicketTables, tmp_path
):
    """The ticket and its place in the outbox were committed together; the restart finds it."""
    settings = {
        "instances": f"dev00001={instance.url}",
        "data": tmp_path / "kept",
        "call_seconds": CALL_SECONDS,
    }
    first: Server = tenant_server(**settings)
    tables.faults.append(lambda _request, _connection: kill(first))
    program = Program(first.url).sign_in().connect()
    create(program)
    wait_until(lambda: not tables.faults)

    second = Program(tenant_server(**settings).url).sign_in()
    wait_until(lambda: the_ticket(second)["delivery"] == "sent")
    assert len(tables.all()) == 1

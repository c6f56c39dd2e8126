"""The thread that delivers and reads while the pages are used."""

from collections.abc import Iterator
from threading import Event, Thread

import pytest
from faults.ticket_tables import TicketTables
from flask import Flask
from patience import HANGING
from served_tenant import wait_until
from ticket_flows import create, ticket_of
from ticketlab.connector.tickets import Delivery, Worker, start_worker
from ticketlab.shared.web.parts import part_of


@pytest.fixture
def worker(tenant: Flask, tables: TicketTables, api: dict[str, str]) -> Iterator[Worker]:
    running = start_worker(tenant)
    yield running
    running.stop()


def test_new_ticket_is_delivered_at_once_and_not_at_the_next_round(
    tenant: Flask, api: dict[str, str], tables: TicketTables, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(part_of(tenant, Worker), "_every", HANGING * 2)
    worker = start_worker(tenant)
    assert worker.refresh(HANGING)
    ticket_id = create(tenant, api)
    wait_until(lambda: ticket_of(tenant, ticket_id).number != "")
    worker.stop()


def test_state_changed_in_servicenow_arrives_by_itself(
    tenant: Flask, worker: Worker, tables: TicketTables, api: dict[str, str]
):
    """Every two seconds the instance is asked."""
    ticket_id = create(tenant, api)
    wait_until(lambda: ticket_of(tenant, ticket_id).number != "")
    tables.change("CHG0030001", state="-4")
    wait_until(lambda: ticket_of(tenant, ticket_id).state == "-4")


def test_refresh_waits_for_a_reading_that_began_after_it(
    tenant: Flask, worker: Worker, tables: TicketTables, api: dict[str, str]
):
    """So that the page which follows shows what was the case when the button was pressed."""
    ticket_id = create(tenant, api)
    wait_until(lambda: ticket_of(tenant, ticket_id).number != "")
    tables.change("CHG0030001", state="3")
    assert worker.refresh(patience=HANGING)
    assert ticket_of(tenant, ticket_id).state == "3"


class LateClearing(Event):
    """An event that is cleared when it is told so."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.go_on = Event(), Event()

    def clear(self) -> None:
        self.reached.set()
        self.go_on.wait(HANGING)
        super().clear()


def test_worker_that_is_stopped_as_its_round_begins_does_not_rest_first(
    tenant: Flask, api: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    worker, wake = part_of(tenant, Worker), LateClearing()
    monkeypatch.setattr(worker, "_every", HANGING * 2)
    monkeypatch.setattr(worker, "_wake", wake)
    worker.wake()
    start_worker(tenant)
    thread = worker._thread
    assert wake.reached.wait(HANGING)
    stopping = Thread(target=worker.stop)
    stopping.start()
    wait_until(wake.is_set)
    wake.go_on.set()
    stopping.join(HANGING)
    assert not thread.is_alive()


class Rest(Event):
    """An event that tells when it is waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.begun.set()
        return super().wait(timeout)


def test_worker_rests_before_its_first_round(tenant: Flask, api: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    """Whoever starts a connected pair again is not warned of an instance that is only starting."""
    worker, rest, rounds = part_of(tenant, Worker), Rest(), []
    monkeypatch.setattr(worker, "_every", HANGING * 2)
    monkeypatch.setattr(worker, "_wake", rest)
    monkeypatch.setattr(part_of(tenant, Delivery), "deliver_due", lambda: rounds.append(1))
    start_worker(tenant)
    assert rest.begun.wait(HANGING)
    assert rounds == []
    worker.stop()


def test_worker_outlives_a_mistake_of_ours(
    tenant: Flask, worker: Worker, api: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    """It is logged, and the next round goes on."""

    failed = Event()

    def fail() -> int:
        failed.set()
        raise ZeroDivisionError

    monkeypatch.setattr(part_of(tenant, Delivery), "deliver_due", fail)
    ticket_id = create(tenant, api)
    assert failed.wait(HANGING)
    monkeypatch.undo()
    worker.wake()
    wait_until(lambda: ticket_of(tenant, ticket_id).number != "")


def test_worker_is_not_started_by_making_an_app(tenant: Flask):
    """Tests, and programs that only look, deliver nothing by accident."""
    assert not part_of(tenant, Worker).running

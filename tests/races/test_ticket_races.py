"""Many who press the same button at once: two worker processes, real connections, one ticket."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import requests
from faults.fake_instance import FakeInstance, fake_instance
from faults.ticket_tables import TicketTables
from patience import HANGING
from served_tenant import Program, browser, hidden, wait_until
from ticket_flows import fields
from ticketlab.shared.command.server import Server

CALLERS = 20


@pytest.fixture
def instance() -> Iterator[FakeInstance]:
    with fake_instance() as running:
        yield running


@pytest.fixture
def tables(instance: FakeInstance) -> TicketTables:
    made = TicketTables(unique=False)  # whatever the instance would prevent, the tenant has to prevent here
    made.install(instance)
    return made


@pytest.fixture
def tenant_url(tenant_server, where, instance: FakeInstance, tables: TicketTables) -> str:
    server: Server = tenant_server(workers=2, **where, instances=f"dev00001={instance.url}")
    Program(server.url).sign_in().connect()
    return server.url


def at_once(call) -> list[requests.Response]:
    barrier = Barrier(CALLERS)

    def one(_number: int) -> requests.Response:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(one, range(CALLERS)))


@pytest.mark.attack("R04")
def test_r04_twenty_presses_of_one_button_make_one_ticket(tenant_url: str, tables: TicketTables):
    """Every press leads to the same ticket, and one arrives in ServiceNow."""
    session = browser(tenant_url)
    text = session.get(f"{tenant_url}/tickets/new?kind=change").text
    form = {**fields(), "csrf_token": hidden(text, "csrf_token"), "submission": hidden(text, "submission")}
    cookies = session.cookies.get_dict()

    def press() -> requests.Response:
        return requests.post(
            f"{tenant_url}/tickets/new", data=form, cookies=cookies, allow_redirects=False, timeout=HANGING
        )

    answers = at_once(press)
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    page = tenant_url + answers[0].headers["Location"]
    wait_until(lambda: "CHG0030001" in session.get(page).text)
    assert len(tables.all()) == 1


@pytest.mark.attack("D22")
@pytest.mark.attack("R05")
def test_r05_twenty_requests_with_one_idempotency_key_make_one_ticket(tenant_url: str, tables: TicketTables):
    """The one that comes first makes it; the others get the same answer."""
    program = Program(tenant_url).sign_in()
    headers = {**program.headers, "Idempotency-Key": "the same"}

    def order() -> requests.Response:
        return requests.post(f"{tenant_url}/api/v1/tickets", json=fields(), headers=headers, timeout=HANGING)

    answers = at_once(order)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    wait_until(lambda: bool(tables.all()))
    assert len(tables.all()) == 1


@pytest.mark.attack("R09")
def test_r09_two_processes_on_one_outbox_send_each_ticket_once(tenant_url: str, tables: TicketTables):
    """The lease decides who sends."""
    program = Program(tenant_url).sign_in()
    ids = [program.create(name=f"Ticket {number}") for number in range(10)]
    wait_until(lambda: all(program.ticket(each)["delivery"] == "sent" for each in ids))
    assert sorted(body["short_description"] for body in tables.bodies) == sorted(f"Ticket {n}" for n in range(10))

"""Delivery: at least once, with the effect of once, and nothing lost in between."""

import pytest
from faults.fake_instance import FakeInstance
from faults.fault_server import Heard, answering, resetting
from faults.ticket_tables import TicketTables, refusing
from flask import Flask
from flask.testing import FlaskClient
from tenant_flows import provision
from ticket_flows import HandClock, another_worker, create, deliver, fields, post, ticket_of, waiting
from ticketlab.connector.connection.service import Connections
from ticketlab.connector.testing import bearer
from ticketlab.connector.tickets import Tickets
from ticketlab.connector.tickets.delivery import LONGEST_OBEYED_WAIT, LONGEST_PAUSE, MOST_ATTEMPTS
from ticketlab.shared.ticket import WIRE_FIELDS
from ticketlab.shared.web.parts import part_of


def test_body_on_the_wire_has_the_seven_data_items_and_the_correlation_id_and_nothing_else(
    tenant: Flask, tables: TicketTables, api: dict[str, str]
):
    """Microsoft's page lists what is sent (*Data exchange*); one technical field is ours."""
    ticket = ticket_of(tenant, create(tenant, api))
    deliver(tenant)
    assert tables.bodies == [
        {
            "user_id": "secadmin@contoso.onmicrosoft.com",
            "short_description": "Close the old gateway",
            "description": "Nobody uses it.\nIt is open to the world.",
            "priority": "2",
            "due_date": "2030-01-31 23:59:59",
            "recommendation_source": "user",
            "recommendation_category": "infrastructure",
            "correlation_id": ticket.correlation_id,
        }
    ]
    assert set(tables.bodies[0]) == set(WIRE_FIELDS)


@pytest.mark.parametrize(
    ("kind", "table"),
    [("change", "x_mioms_m365ticket_change_request"), ("incident", "x_mioms_m365ticket_incident")],
)
def test_ticket_goes_to_the_table_of_its_kind(
    kind: str, table: str, tenant: Flask, tables: TicketTables, api: dict[str, str]
):
    """Each kind has its own table of the scoped app."""
    create(tenant, api, kind=kind)
    assert deliver(tenant) == 1
    assert len(tables.rows[table]) == len(tables.all()) == 1


def test_delivered_ticket_knows_its_number_its_state_and_where_it_opens(
    tenant: Flask, instance: FakeInstance, tables: TicketTables, api: dict[str, str]
):
    """What the instance answers is kept, and the outbox row is gone."""
    ticket_id = create(tenant, api)
    deliver(tenant)
    ticket = ticket_of(tenant, ticket_id)
    assert (ticket.delivery, ticket.number, ticket.state) == ("sent", "CHG0030001", "-5")
    assert ticket.url.startswith(f"{instance.url}/nav_to.do?uri=x_mioms_m365ticket_change_request.do%3Fsys_id%3D")
    assert waiting(tenant) == []


def test_refused_ticket_keeps_the_instances_own_sentence_until_somebody_retries(
    tenant: Flask, tables: TicketTables, api: dict[str, str]
):
    """A refusal is not repeated by itself; *Retry now* sends it again once the cause is gone."""
    sentence = "Data Policy Exception: \n\tThe following fields are mandatory: Resolution code"
    tables.faults += [refusing(403, "Operation Failed", sentence)]
    ticket_id = create(tenant, api)
    deliver(tenant)
    ticket = ticket_of(tenant, ticket_id)
    assert (ticket.delivery, ticket.error) == ("refused", f"Operation Failed: {sentence}")
    assert deliver(tenant) == 0
    answer = tenant.test_client().post(f"/api/v1/tickets/{ticket_id}/retry", headers=api)
    assert answer.status_code == 200, answer.text
    assert (answer.get_json()["delivery"], answer.get_json()["error"]) == ("sent", None)


def test_retried_ticket_says_nothing_of_the_attempts_before(tenant: Flask, tables: TicketTables, api: dict[str, str]):
    """Whoever looks meanwhile would take the old word for the new attempt's."""
    tables.faults += [refusing(403, "Operation Failed", "Data Policy Exception")]
    ticket_id = create(tenant, api)
    deliver(tenant)
    with tenant.test_request_context():
        part_of(tenant, Tickets).retry(ticket_id)
    assert (ticket_of(tenant, ticket_id).delivery, ticket_of(tenant, ticket_id).error) == ("pending", "")


def test_refusal_of_a_second_ticket_with_this_correlation_id_adopts_the_first(
    tenant: Flask, tables: TicketTables, api: dict[str, str]
):
    """The app's tables refuse a correlation id twice; then the first ticket is ours."""
    ticket = ticket_of(tenant, create(tenant, api))
    tables.insert("x_mioms_m365ticket_change_request", {"correlation_id": ticket.correlation_id})
    deliver(tenant)
    assert ticket_of(tenant, ticket.id).number == "CHG0030001"
    assert len(tables.all()) == 1


@pytest.mark.attack("U03")
@pytest.mark.parametrize("before", [True, False], ids=["before the ticket is made", "after the ticket is made"])
def test_u03_answer_that_never_arrives_makes_no_second_ticket(
    before: bool, tenant: Flask, tables: TicketTables, api: dict[str, str]
):
    """After an unknown outcome the correlation id is looked up before anything is sent again."""

    def lose(request: Heard, connection: object) -> None:
        if not before:
            tables.honest("x_mioms_m365ticket_change_request", request)
        resetting(request, connection)  # type: ignore[arg-type]

    tables.faults.append(lose)
    tables.unique = False  # only our own care is left
    clock = HandClock()
    worker = another_worker(tenant, clock)
    ticket_id = create(tenant, api)
    worker.deliver_due()
    assert ticket_of(tenant, ticket_id).delivery == "pending"
    clock.pass_by(LONGEST_PAUSE)
    worker.deliver_due()
    assert ticket_of(tenant, ticket_id).delivery == "sent"
    assert len(tables.all()) == 1


@pytest.mark.attack("U04")
def test_u04_unavailable_instance_is_asked_ever_less_often_until_it_is_given_up(
    tenant: Flask, tables: TicketTables, api: dict[str, str]
):
    """Pauses grow, have jitter and an end; then the ticket says why and waits for *Retry now*."""
    tables.faults += [answering(503, "<html>down</html>", "text/html")] * MOST_ATTEMPTS
    clock = HandClock()
    worker = another_worker(tenant, clock)
    ticket_id = create(tenant, api)
    pauses = []
    for _ in range(MOST_ATTEMPTS):
        worker.deliver_due()
        pauses += [(item.due_at - clock.now()).total_seconds() for item in waiting(tenant)]
        clock.pass_by(LONGEST_PAUSE)
    assert pauses[0] < 5
    assert pauses[0] < pauses[4] < pauses[-1] <= LONGEST_PAUSE
    assert len(set(pauses)) == len(pauses)
    ticket = ticket_of(tenant, ticket_id)
    assert ticket.delivery == "refused"
    assert "503" in ticket.error


@pytest.mark.attack("U05")
@pytest.mark.parametrize(("header", "pause"), [("120", 120.0), ("999999", LONGEST_OBEYED_WAIT)])
def test_u05_wait_that_the_instance_asks_for_holds_for_all_tickets_and_has_a_cap(
    header: str, pause: float, tenant: Flask, tables: TicketTables, api: dict[str, str]
):
    """The rate limit is the instance's for all of us: no ticket is sent before it is over."""
    limit = {"error": {"message": "Rate limit exceeded", "detail": ""}, "status": "failure"}
    tables.faults.append(answering(429, limit, Retry_After=header))
    clock = HandClock()
    worker = another_worker(tenant, clock)
    create(tenant, api)
    create(tenant, api, name="Another one")
    assert worker.deliver_due() == 0
    clock.pass_by(pause - 2)
    assert worker.deliver_due() == 0
    clock.pass_by(4)
    assert worker.deliver_due() == 2


@pytest.mark.attack("U06")
@pytest.mark.parametrize(
    "body",
    [
        "<html>login</html>",
        "",
        '{"result": {"number": "CHG',
        {"result": {"number": None, "sys_id": "0" * 32, "state": "-5", "sys_updated_on": ""}},
        {"result": []},
    ],
    ids=["html", "empty", "truncated", "null number", "a list"],
)
def test_u06_answer_that_is_no_ticket_is_never_taken_for_one(
    body: object, tenant: Flask, tables: TicketTables, api: dict[str, str]
):
    """Its outcome counts as unknown."""
    tables.faults.append(
        answering(200, body, "text/html" if isinstance(body, str) and "<" in body else "application/json")
    )
    ticket_id = create(tenant, api)
    deliver(tenant)
    ticket = ticket_of(tenant, ticket_id)
    assert (ticket.delivery, ticket.number, ticket.sys_id) == ("pending", "", None)
    assert waiting(tenant)[0].begun


def test_ticket_waits_while_the_connection_is_not_authorised(tenant: Flask, tables: TicketTables):
    """Nobody's attempt: it goes out once somebody authorises."""
    provision(tenant)
    ticket_id = create(tenant, bearer(tenant.test_client()))
    assert deliver(tenant) == 0
    assert ticket_of(tenant, ticket_id).delivery == "pending"
    assert waiting(tenant)[0].attempts == 0


def test_ticket_of_a_tenant_that_was_never_provisioned_is_refused_at_once(tenant: Flask):
    """There is nothing it could ever be sent to."""
    answer = post(tenant, bearer(tenant.test_client()))
    assert (answer.status_code, waiting(tenant)) == (409, [])


@pytest.mark.attack("S06")
def test_s06_worker_whose_lease_ended_leaves_the_outcome_to_the_one_that_took_over(
    tenant: Flask, tables: TicketTables, api: dict[str, str]
):
    """Two workers on one row: one ticket, and the first does not overwrite what the second wrote."""
    clock = HandClock()
    second = another_worker(tenant, clock)

    def stall(request: Heard, connection: object) -> None:
        clock.pass_by(31)
        tables.faults.clear()
        second.deliver_due()
        connection.sendall(tables.honest("x_mioms_m365ticket_change_request", request))  # type: ignore[attr-defined]

    tables.faults.append(stall)
    ticket_id = create(tenant, api)
    another_worker(tenant, clock).deliver_due()
    assert ticket_of(tenant, ticket_id).number == "CHG0030001"
    assert len(tables.all()) == 1
    assert waiting(tenant) == []


def test_platform_tables_take_the_ticket_where_the_app_is_not_installed(
    tenant: Flask, tables: TicketTables, api: dict[str, str]
):
    """A setting; after an unknown outcome the platform's own quota of 60 s passes before it is sent again."""
    tables.faults.append(resetting)
    clock = HandClock()
    worker = another_worker(tenant, clock, platform=True)
    create(tenant, api)
    worker.deliver_due()
    clock.pass_by(59)
    assert worker.deliver_due() == 0
    clock.pass_by(2)
    assert worker.deliver_due() == 1
    assert [len(tables.rows[name]) for name in ("change_request", "x_mioms_m365ticket_change_request")] == [1, 0]


@pytest.mark.attack("D22")
def test_d22_idempotency_key_used_again_answers_the_same_ticket_or_a_conflict(
    tenant: Flask, browser: FlaskClient, api: dict[str, str]
):
    """Same key and body: the same ticket; another body: 409; another user's key is independent."""
    key = {"Idempotency-Key": "order-1"}
    made, again = post(tenant, api, key), post(tenant, api, key)
    first = made.get_json()
    assert (made.status_code, again.status_code, again.get_json()) == (201, 201, first)
    assert post(tenant, api, key, name="Something else").status_code == 409
    other = bearer(tenant.test_client(), "globaladmin@contoso.onmicrosoft.com")
    assert post(tenant, other, key).get_json()["id"] != first["id"]
    assert (
        tenant.test_client().post("/api/v1/tickets", json=fields(), headers={**api, "Idempotency-Key": ""}).status_code
        == 422
    )


def test_ticket_that_waits_for_a_connection_says_so(tenant: Flask, api: dict[str, str]):
    """Nobody tries to send it meanwhile, so no attempt tells why it is not sent."""
    ticket_id = create(tenant, api)
    part_of(tenant, Connections).remove()
    assert deliver(tenant) == 0
    assert ticket_of(tenant, ticket_id).error == "ServiceNow is not connected"
    assert len(waiting(tenant)) == 1

"""Tokens are renewed in time, once, and their loss is told once."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from faults.fake_instance import NOT_AUTHENTICATED, TOKEN, FakeInstance
from faults.fault_server import answering, response
from faults.renewing import TABLE, call, call_at_once
from flask import Flask
from patience import HANGING
from tenant_flows import authorize_again, come_back, connect, row_of, signed_in, status_of
from ticketlab.connector.connection.models import Connection
from ticketlab.connector.connection.service import Connections
from ticketlab.connector.connection.status import Reason, State
from ticketlab.connector.database import writing_session
from ticketlab.connector.servicenow.errors import NotConnected, ServiceNowError, Unauthorized, Unavailable
from ticketlab.connector.settings import Settings
from ticketlab.connector.testing import engine_of, set_clock
from ticketlab.shared.clock import ClockSetting, SystemClock
from ticketlab.shared.web.parts import part_of

OPAQUE = {"error_description": "access_denied", "error": "server_error"}


@pytest.fixture
def connected(tenant: Flask) -> Flask:
    connect(tenant)
    return tenant


def exchanges(instance: FakeInstance) -> list[str]:
    return [request.form["grant_type"] for request in instance.heard_at(TOKEN)]


def test_a_valid_token_is_used_as_it_is(connected: Flask, instance: FakeInstance) -> None:
    assert call(connected) == "CHG0030001"
    assert exchanges(instance) == ["authorization_code"]


@pytest.mark.source("platform 1.5", "D")
def test_after_31_minutes_the_token_is_renewed_before_the_call(connected: Flask, instance: FakeInstance) -> None:
    """Access tokens live 30 minutes; the story goes on without anybody noticing."""
    set_clock(connected, ClockSetting(offset=timedelta(minutes=31)))
    assert call(connected) == "CHG0030001"
    assert exchanges(instance) == ["authorization_code", "refresh_token"]
    assert status_of(connected).connected


@pytest.mark.attack("B13")
def test_b13_a_token_about_to_end_is_renewed_once_and_not_again(connected: Flask, instance: FakeInstance) -> None:
    """A minute before its end it is renewed, and the renewed one is used for the next calls."""
    set_clock(connected, ClockSetting(offset=timedelta(seconds=1799 - 30)))
    for _ in range(5):
        call(connected)
    assert exchanges(instance) == ["authorization_code", "refresh_token"]


@pytest.mark.attack("B13")
def test_b13_short_lived_tokens_cause_no_loop(tenant: Flask, instance: FakeInstance) -> None:
    """An instance that issues tokens for a second is not asked for a new one with each call."""
    instance.expires_in = 1
    connect(tenant)
    for _ in range(5):
        call(tenant)
    assert exchanges(instance) == ["authorization_code"]


@pytest.mark.attack("U07")
def test_u07_a_401_is_answered_by_one_renewal_and_one_replay(connected: Flask, instance: FakeInstance) -> None:
    instance.valid.clear()
    assert call(connected) == "CHG0030001"
    assert exchanges(instance) == ["authorization_code", "refresh_token"]
    assert len(instance.heard_at(f"/api/now/table/{TABLE}")) == 2


@pytest.mark.attack("U07")
def test_u07_a_second_401_means_reconnect(connected: Flask, instance: FakeInstance) -> None:
    """A renewed token that is not accepted either ends the connection, told in ServiceNow's words."""
    path = f"/api/now/table/{TABLE}"
    instance.overrides[path] = answering(401, NOT_AUTHENTICATED)
    with pytest.raises(Unauthorized):
        call(connected)
    assert len(instance.heard_at(path)) == 2
    assert status_of(connected).state is State.PROVISIONED
    assert status_of(connected).reason is Reason.GRANT_LOST
    with pytest.raises(NotConnected):
        call(connected)


@pytest.mark.attack("U07")
def test_u07_a_hundred_parallel_401s_cause_one_renewal(connected: Flask, instance: FakeInstance) -> None:
    """However many wait, one asks; all others take what it was given."""
    instance.valid.clear()
    with ThreadPoolExecutor(100) as pool:
        numbers = list(pool.map(lambda _: call(connected), range(100)))
    assert numbers == ["CHG0030001"] * 100
    assert exchanges(instance) == ["authorization_code", "refresh_token"]


@pytest.mark.attack("U07")
def test_u07_one_renewal_even_when_the_instance_issues_the_same_token_again(
    connected: Flask, instance: FakeInstance
) -> None:
    """ServiceNow gives a live token again (platform 1.5, D): renewed ones are told apart by their generation."""

    def same_again(request: object, connection: object) -> None:
        instance.valid = {"access-1"}
        body = '{"access_token": "access-1", "token_type": "Bearer", "expires_in": 1799}'
        connection.sendall(response(200, body))  # type: ignore[attr-defined]

    instance.overrides[TOKEN] = same_again
    instance.valid.clear()
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: call(connected), range(20)))
    assert exchanges(instance).count("refresh_token") == 1


@pytest.mark.attack("R10")
def test_r10_processes_share_one_renewal(connected: Flask, instance: FakeInstance) -> None:
    """The lease lies in the database, so worker processes wait for each other as threads do."""
    instance.valid.clear()
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(3), context.Queue()
    database = part_of(connected, Settings).database.address.reveal()
    arguments = (connected.instance_path, database, instance.url, barrier, results)
    processes = [context.Process(target=call_at_once, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    answers = [results.get(timeout=HANGING) for _ in processes]
    for process in processes:
        process.join(HANGING)
    assert answers == [["CHG0030001"] * 8] * 3
    assert exchanges(instance) == ["authorization_code", "refresh_token"]


@pytest.mark.attack("B12")
def test_b12_a_refused_renewal_is_told_once_and_not_tried_again(connected: Flask, instance: FakeInstance) -> None:
    """The opaque 401 ends the connection: provisioned, grant lost, tickets wait, no storm of retries."""
    instance.overrides[TOKEN] = answering(401, OPAQUE)
    set_clock(connected, ClockSetting(offset=timedelta(minutes=31)))
    with ThreadPoolExecutor(10) as pool:
        failures = list(pool.map(lambda _: _failure(connected), range(10)))
    assert all(isinstance(failure, NotConnected) and failure.retryable for failure in failures)
    assert exchanges(instance) == ["authorization_code", "refresh_token"]
    assert status_of(connected).reason is Reason.GRANT_LOST
    assert status_of(connected).detail == "server_error: access_denied"


@pytest.mark.attack("B12")
def test_b12_invalid_client_has_another_text(connected: Flask, instance: FakeInstance) -> None:
    instance.overrides[TOKEN] = answering(401, {"error": "invalid_client"})
    instance.valid.clear()
    assert isinstance(_failure(connected), NotConnected)
    assert status_of(connected).detail == "invalid_client"


def test_an_instance_in_trouble_does_not_cost_the_grant(connected: Flask, instance: FakeInstance) -> None:
    """A 503 of the token endpoint is no refusal: the next call tries again and succeeds."""
    instance.overrides[TOKEN] = answering(503, "<html>", "text/html")
    set_clock(connected, ClockSetting(offset=timedelta(minutes=31)))
    assert isinstance(_failure(connected), Unavailable)
    assert status_of(connected).connected
    del instance.overrides[TOKEN]
    assert call(connected) == "CHG0030001"


def test_a_failed_early_renewal_lets_the_living_token_work(connected: Flask, instance: FakeInstance) -> None:
    instance.overrides[TOKEN] = answering(503, "<html>", "text/html")
    set_clock(connected, ClockSetting(offset=timedelta(seconds=1799 - 30)))
    assert call(connected) == "CHG0030001"


def test_a_lease_of_a_dead_process_ends_by_the_machine_s_clock(connected: Flask, instance: FakeInstance) -> None:
    """Even while the lab's clock stands still."""
    now = SystemClock().now()
    with writing_session(engine_of(connected)) as session:
        session.query(Connection).one().renewing_until = now + timedelta(seconds=1)
    set_clock(connected, ClockSetting(frozen_at=now + timedelta(minutes=31)))
    assert call(connected) == "CHG0030001"
    assert exchanges(instance) == ["authorization_code", "refresh_token"]


def test_a_renewal_that_ends_after_removal_brings_nothing_back(connected: Flask, instance: FakeInstance) -> None:
    """Tokens that arrive for a removed connection are revoked, not stored."""

    def removed_meanwhile(request: object, connection: object) -> None:
        part_of(connected, Connections).remove()
        connection.sendall(instance.honest(request))  # type: ignore[attr-defined,arg-type]

    instance.overrides[TOKEN] = removed_meanwhile
    instance.valid.clear()
    assert isinstance(_failure(connected), NotConnected)
    assert part_of(connected, Connections).current() is None
    revoked = [request.form["token"] for request in instance.heard_at("/oauth_revoke_token.do")]
    assert revoked == ["refresh-1", "refresh-2"]


def test_authorizing_again_restores_a_lost_grant(connected: Flask, instance: FakeInstance) -> None:
    instance.overrides[TOKEN] = answering(401, OPAQUE)
    instance.valid.clear()
    _failure(connected)
    instance.overrides.clear()
    browser = signed_in(connected)
    come_back(browser, state=authorize_again(browser).state, code="another")
    assert status_of(connected).connected
    assert call(connected) == "CHG0030001"


@pytest.mark.attack("L03")
def test_l03_a_secret_copied_between_columns_breaks_the_connection_not_the_page(connected: Flask) -> None:
    """A swapped ciphertext does not open; the connection counts as lost."""
    with writing_session(engine_of(connected)) as session:
        row = session.query(Connection).one()
        row.access_token = row.client_secret
    assert isinstance(_failure(connected), NotConnected)
    assert status_of(connected).reason is Reason.GRANT_LOST
    assert row_of(connected).access_token is None


def _failure(tenant: Flask) -> ServiceNowError:
    with pytest.raises(ServiceNowError) as caught:
        call(tenant)
    return caught.value

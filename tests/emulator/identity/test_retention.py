"""What has expired is purged, and what is a record of what happened is not."""

import pytest
from identity_steps import records
from oauth_flows import log_in, make_user
from sqlalchemy import select
from ticketlab.emulator.identity.sessions import UserSession
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.retention import Retention
from ticketlab.shared.web.parts import part_of


def sessions(instance) -> int:
    with part_of(instance, Gate).store.reading() as connection:
        return len(connection.execute(select(UserSession.id_hash)).all())


@pytest.mark.attack("L12")
def test_l12_expired_sessions_tokens_and_events_go_and_logs_stay(instance, browser, clock):
    user = make_user(instance)
    log_in(browser, password="wrong")
    log_in(browser)
    token = {"name": "old", "type": "access_token", "user": user, "expires": "2001-01-01 00:00:00"}
    records(instance, "oauth_credential").insert(token)
    records(instance, "syslog").insert({"message": "kept", "source": "test"})
    job = part_of(instance, Retention)
    clock.advance(days=1)
    job.purge()
    assert sessions(instance) == 0
    assert records(instance, "oauth_credential").query("name=old").rows == []
    assert len(records(instance, "sysevent").query("").rows) == 1
    clock.advance(days=8)
    assert job.purge() == 1
    assert records(instance, "sysevent").query("").rows == []
    assert records(instance, "syslog").find("source=test") is not None


def test_first_login_of_an_hour_purges(instance, browser, clock):
    make_user(instance)
    log_in(browser, password="wrong")
    clock.advance(days=9)
    log_in(browser)
    assert records(instance, "sysevent").query("").rows == []

"""What is over goes at the tenant, too, and nobody rewrites what has happened (L12)."""

from datetime import timedelta

import pytest
from people import Person
from sqlalchemy import select
from tenant_flows import authorize_again, provision, signed_in
from ticketlab.connector.connection.models import AuthorizationAttempt
from ticketlab.connector.database import reading_session
from ticketlab.connector.directory.models import AccessToken, BrowserSession
from ticketlab.connector.testing import bearer, engine_of, make_tenant, set_clock
from ticketlab.connector.testing import close as close_tenant
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.clock import ClockSetting
from ticketlab.shared.web.parts import part_of

ADMIN = ("admin", "admin")


def rows(tenant, model) -> int:
    with reading_session(engine_of(tenant)) as session:
        return len(session.scalars(select(model)).all())


@pytest.mark.attack("L12")
def test_l12_expired_sessions_tokens_and_journeys_of_the_tenant_go_with_those_that_follow(instance_url):
    tenant = make_tenant(instances={"dev00001": instance_url})
    provision(tenant)
    for day in range(3):
        set_clock(tenant, ClockSetting(offset=timedelta(days=day)))
        browser = signed_in(tenant)
        bearer(browser)
        authorize_again(browser)
        assert (rows(tenant, BrowserSession), rows(tenant, AccessToken), rows(tenant, AuthorizationAttempt)) == (
            1,
            1,
            1,
        )
    close_tenant(tenant)


@pytest.fixture
def instance_url():
    from faults.fake_instance import fake_instance

    with fake_instance() as running:
        yield running.url


@pytest.mark.attack("L12")
@pytest.mark.parametrize("table", ["sys_audit", "syslog"])
def test_l12_what_happened_is_rewritten_by_nobody(tmp_path, table):
    """Not even by the administrator, neither over the API nor in the pages."""
    instance = make_instance(tmp_path)
    gate = part_of(instance, Gate)
    admin = Person(instance).log_in()
    client = instance.test_client()
    client.patch(
        f"/api/now/table/incident/{gate.record('incident', Caller.system()).query(limit=1).rows[0].sys_id}",
        json={"short_description": "changed"},
        auth=ADMIN,
    )
    client.get("/api/now/table/incident", auth=("admin", "wrong"))
    client.post("/oauth_token.do", data={"grant_type": "password"})
    records = gate.record(table, Caller.system())
    before = records.query(limit=1).rows[0]
    address = f"/api/now/table/{table}/{before.sys_id}"
    assert client.patch(address, json={"message": "x", "newvalue": "x", "parm1": "x"}, auth=ADMIN).status_code == 403
    assert client.delete(address, auth=ADMIN).status_code == 403
    page = admin.get(f"/{table}.do?sys_id={before.sys_id}")
    assert 'value="sysverb_delete"' not in page.html
    after = records.get(before.sys_id)
    assert {name: after.value(name) for name in after.values} == {name: before.value(name) for name in before.values}
    close(instance)

"""The ``Date`` header and snapshots: both apps by their own clock, and back to where they were."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from ticketlab.connector.testing import close as close_tenant
from ticketlab.connector.testing import make_tenant
from ticketlab.emulator.testing import close, make_instance


@pytest.fixture
def instance():
    made = make_instance()
    yield made
    close(made)


@pytest.fixture
def tenant():
    made = make_tenant()
    yield made
    close_tenant(made)


@pytest.fixture(params=["instance", "tenant"])
def client(request):
    return request.getfixturevalue(request.param).test_client()


def date_of(client, path="/lab/health"):
    return parsedate_to_datetime(client.get(path).headers["Date"])


@pytest.mark.parametrize("path", ["/lab/health", "/nowhere"])
def test_date_follows_the_clock(client, path):
    """Also on errors, and at once in the process that moved it."""
    client.post("/lab/clock", json={"freeze": True})
    before = date_of(client, path)
    client.post("/lab/clock", json={"advance": 86400})
    assert date_of(client, path) - before == timedelta(days=1)


def test_snapshot_brings_the_clock_back(client):
    """The clock's setting lies in the database, so a snapshot knows it."""
    before = client.get("/lab/clock").json
    assert client.post("/lab/snapshots/before", json={}).json == {"saved": "before"}
    client.post("/lab/clock", json={"freeze": True})
    assert client.post("/lab/snapshots/before/restore", json={}).json == {"restored": "before"}
    assert client.get("/lab/clock").json["frozen"] == before["frozen"]


def test_snapshot_that_is_not_there_changes_nothing(client):
    assert client.post("/lab/snapshots/never/restore", json={}).status_code == 409
    assert client.get("/lab/health").status_code == 200


@pytest.mark.parametrize("name", ["A", "..", "a" * 41, "-a", "a.db", "%2e%2e%2fx"])
def test_snapshot_name_leads_nowhere_else(client, name):
    """A name becomes part of a file's name."""
    assert client.post(f"/lab/snapshots/{name}", json={}).status_code in {400, 404}


def test_removed_snapshot_is_gone(client):
    client.post("/lab/snapshots/before", json={})
    assert client.delete("/lab/snapshots/before", json={}).json == {"removed": "before"}
    assert client.post("/lab/snapshots/before/restore", json={}).status_code == 409

"""A connected tenant, and the tables its tickets go to."""

import pytest
from faults.fake_instance import FakeInstance
from faults.ticket_tables import TicketTables
from flask import Flask
from flask.testing import FlaskClient
from tenant_flows import connect
from ticketlab.connector.testing import bearer


@pytest.fixture
def tables(instance: FakeInstance) -> TicketTables:
    made = TicketTables()
    made.install(instance)
    return made


@pytest.fixture
def browser(tenant: Flask, tables: TicketTables) -> FlaskClient:
    """Signed in as a security administrator of a connected tenant."""
    return connect(tenant)


@pytest.fixture
def api(tenant: Flask, browser: FlaskClient) -> dict[str, str]:
    """The header that opens the API."""
    return bearer(tenant.test_client())

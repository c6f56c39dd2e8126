"""Both apps, one after the other, for attacks that every web application has to survive."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from oauth_flows import ClientBrowser, log_in
from ticketlab.connector.testing import close as close_tenant
from ticketlab.connector.testing import make_tenant
from ticketlab.connector.testing import sign_in as sign_in_to_tenant
from ticketlab.emulator.testing import close, make_instance


@pytest.fixture(scope="module", params=["instance", "tenant"])
def app_attacked(request) -> Iterator[Flask]:
    app = make_tenant() if request.param == "tenant" else make_instance()
    yield app
    (close_tenant if request.param == "tenant" else close)(app)


@pytest.fixture
def site(app_attacked: Flask) -> tuple[Flask, FlaskClient]:
    """An app, shared by the tests of a module, and a browser of the test's own that is signed in to it."""
    client = app_attacked.test_client()
    if "pages" in app_attacked.blueprints:
        log_in(ClientBrowser(client), "admin", "admin")
    else:
        sign_in_to_tenant(client)
    return app_attacked, client

"""Both apps, one after the other, for attacks that every web application has to survive."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from oauth_flows import ClientBrowser, log_in
from ticketlab.connector.testing import engine_of, make_tenant
from ticketlab.connector.testing import sign_in as sign_in_to_tenant
from ticketlab.emulator.testing import close, make_instance


@pytest.fixture(scope="module", params=["instance", "tenant"])
def app_attacked(request, tmp_path_factory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("attacked")
    if request.param == "tenant":
        app = make_tenant(folder)
        yield app
        engine_of(app).dispose()
    else:
        app = make_instance(folder)
        yield app
        close(app)


@pytest.fixture
def site(app_attacked: Flask) -> tuple[Flask, FlaskClient]:
    """An app, shared by the tests of a module, and a browser of the test's own that is signed in to it."""
    client = app_attacked.test_client()
    if "pages" in app_attacked.blueprints:
        log_in(ClientBrowser(client), "admin", "admin")
    else:
        sign_in_to_tenant(client)
    return app_attacked, client

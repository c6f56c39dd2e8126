"""An integration user and a client, which every test of the OAuth server needs."""

import pytest
from oauth_flows import make_client, make_user


@pytest.fixture
def user(instance):
    """sys_id of the integration user ``tickets``."""
    return make_user(instance)


@pytest.fixture
def client_app(instance, user):
    """The security center's registration at the instance."""
    return make_client(instance)

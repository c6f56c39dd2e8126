"""A database of one table on each backend, and a request that reads it."""

import pytest
from engines import BACKENDS, engine_on
from sqlalchemy import text
from ticketlab.shared.database import writing
from ticketlab.shared.view import close_views, open_views


@pytest.fixture(params=BACKENDS)
def engine(request, tmp_path):
    with engine_on(request.param, request, tmp_path) as made:
        with writing(made) as connection:
            connection.execute(text("CREATE TABLE thing (id INTEGER)"))
        yield made


@pytest.fixture
def request_with_views(engine):
    del engine  # which ends after the request
    open_views()
    yield
    close_views()

"""A tenant and the instance it may connect to."""

from collections.abc import Iterator

import pytest
from faults.fake_instance import FakeInstance, fake_instance
from flask import Flask
from ticketlab.connector.testing import close, make_tenant


@pytest.fixture
def instance() -> Iterator[FakeInstance]:
    with fake_instance() as running:
        yield running


@pytest.fixture
def tenant(instance: FakeInstance) -> Iterator[Flask]:
    made = make_tenant(instances={"dev00001": instance.url})
    yield made
    close(made)

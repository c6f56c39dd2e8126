"""A tenant and the instance it may connect to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.fake_instance import FakeInstance, fake_instance
from flask import Flask
from ticketlab.connector.testing import engine_of, make_tenant


@pytest.fixture
def instance() -> Iterator[FakeInstance]:
    with fake_instance() as running:
        yield running


@pytest.fixture
def tenant(tmp_path: Path, instance: FakeInstance) -> Iterator[Flask]:
    made = make_tenant(tmp_path, instances={"dev00001": instance.url}, call_seconds=5.0)
    yield made
    engine_of(made).dispose()

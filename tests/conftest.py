"""What every test may use. No fixture is named ``app``: pytest-flask would then keep one request context alive."""

import os
import signal
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings
from postgresql import postgresql
from servers import data, instance_server, pair, running_pair, seeded_data, servers_of, tenant_server, written_by
from worlds import pytest_addoption, shared_instance, worlds

# Every run draws the same examples, on a machine of any speed; `--hypothesis-profile search` looks for others.
settings.register_profile(
    "same", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", settings.get_profile("same"), derandomize=False)
settings.load_profile("same")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in a shell's background; what is started here would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each of the many servers would compile every module again
os.environ.setdefault("TICKETLAB_DURABLE", "false")  # no test cuts the power, and waiting for the disk is half the time

__all__ = [
    "data",
    "instance_server",
    "pair",
    "postgresql",
    "pytest_addoption",
    "running_pair",
    "seeded_data",
    "shared_instance",
    "tenant_server",
    "worlds",
]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the servers wrote under a test that failed."""
    report = yield
    if report.failed:
        report.sections += [(f"{server.app}'s last lines", written_by(server)) for server in servers_of(item)]
    return report

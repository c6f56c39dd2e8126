"""An instance for the tests of one file, and its records as an administrator reads and writes them."""

import pytest
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of


@pytest.fixture(scope="module")
def gate(shared_instance):
    return part_of(shared_instance, Gate)


@pytest.fixture(scope="module")
def records(gate):
    """Records as admin reads and writes them."""
    user = gate.record("sys_user", Caller.system()).find("user_name=admin")
    admin = Caller(user.sys_id, "admin", gate.roles_of(user.sys_id))
    return lambda table: gate.record(table, admin)

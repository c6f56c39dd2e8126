"""Users and their lockout, where two things happen at once."""

import pytest
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.identity.passwords import Passwords
from ticketlab.emulator.identity.users import LoginRefused, Users
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.ids import Ids
from ticketlab.shared.web.parts import part_of


class SlowPasswords(Passwords):
    """Takes so long that something else happens in the meantime."""

    def __init__(self, clock, meanwhile):
        super().__init__(64, clock, Ids())
        self._meanwhile = meanwhile

    def verify(self, stored_hash, text):
        self._meanwhile()
        return super().verify(stored_hash, text)


def test_a_wrong_password_does_not_unlock_whom_an_admin_has_just_locked(instance, clock):
    gate = part_of(instance, Gate)
    users = gate.record("sys_user", Caller.system())
    admin = users.find("user_name=admin", ("user_name",)).sys_id
    slow = Users(gate, SlowPasswords(clock, lambda: users.update(admin, {"locked_out": True})), clock)
    with pytest.raises(LoginRefused):
        slow.authenticate("admin", "wrong")
    row = users.get(admin, ("locked_out", "failed_attempts"))
    assert (row.value("locked_out"), row.value("failed_attempts")) == ("true", "1")

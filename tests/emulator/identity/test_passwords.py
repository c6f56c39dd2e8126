"""Passwords: hashed with argon2id, remembered for five minutes, never a way to fail."""

from datetime import timedelta

import pytest
from set_clock import SetClock
from ticketlab.emulator.identity.passwords import Passwords
from ticketlab.shared.ids import Ids


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def passwords(clock):
    return Passwords(64, clock, Ids())


def count_argon2(passwords, monkeypatch) -> list[str]:
    """Note each verification that argon2 really does."""
    calls: list[str] = []
    verify = passwords._hasher.verify

    class Counting:
        def verify(self, stored, given):
            calls.append(stored)
            return verify(stored, given)

    assert passwords._dummy
    monkeypatch.setattr(passwords, "_hasher", Counting())
    return calls


def test_password_verifies_against_its_own_hash_alone(passwords):
    """A hash is argon2id and fits one password."""
    stored = passwords.hash("secret")
    assert stored.startswith("$argon2id$")
    assert passwords.verify(stored, "secret")
    assert not passwords.verify(stored, "Secret")


def test_password_outside_ascii_verifies(passwords):
    """Any text may be a password."""
    assert passwords.verify(passwords.hash("pässwörd ✓"), "pässwörd ✓")


@pytest.mark.source("platform 2.1", "C")
@pytest.mark.parametrize(
    "stored", ["", "plain text", "$argon2id$v=19$broken", "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"]
)
def test_stored_text_that_is_no_hash_matches_nothing(passwords, stored):
    """What the Table API writes into a password field is unusable, even when it is given back as the password."""
    assert not passwords.verify(stored, stored)


def test_hash_that_asks_for_huge_memory_is_not_computed(passwords):
    """A stored text cannot make the instance allocate gigabytes."""
    assert not passwords.verify("$argon2id$v=19$m=33554432,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA", "x")


@pytest.mark.parametrize("given", ["", "x" * 1_000_000, "\0", "\ud800"])
def test_strange_password_is_only_wrong(passwords, given):
    """Empty, huge, NUL and half a surrogate pair are wrong passwords, no errors."""
    assert not passwords.verify(passwords.hash("secret"), given)


def test_right_password_is_remembered_for_five_minutes(passwords, clock, monkeypatch):
    """A program that sends its password with every request pays for argon2 once in five minutes."""
    stored = passwords.hash("secret")
    calls = count_argon2(passwords, monkeypatch)
    assert passwords.verify(stored, "secret")
    clock.moment += timedelta(minutes=4, seconds=59)
    assert passwords.verify(stored, "secret")
    assert len(calls) == 1
    clock.moment += timedelta(seconds=2)
    assert passwords.verify(stored, "secret")
    assert len(calls) == 2


def test_wrong_password_is_never_remembered(passwords, monkeypatch):
    """Every wrong password costs an argon2 run."""
    stored = passwords.hash("secret")
    calls = count_argon2(passwords, monkeypatch)
    for _ in range(3):
        assert not passwords.verify(stored, "wrong")
    assert len(calls) == 3


def test_changed_password_forgets_the_old_one(passwords):
    """The memory hangs on the stored hash: another hash, another memory."""
    old = passwords.hash("old")
    assert passwords.verify(old, "old")
    assert not passwords.verify(passwords.hash("new"), "old")


@pytest.mark.attack("A46")
def test_a46_an_unknown_user_costs_an_argon2_run_too(passwords, monkeypatch):
    """Whether a user exists does not show in the time."""
    calls = count_argon2(passwords, monkeypatch)
    passwords.refuse("whatever")
    assert len(calls) == 1

"""The tokens of forms and scripts: bound to their session, and signed before there is one."""

import pytest
from ticketlab.emulator.identity.keys import InstanceKey
from ticketlab.emulator.identity.user_tokens import UserTokens
from ticketlab.shared.ids import Ids


@pytest.fixture
def tokens():
    return UserTokens(InstanceKey(b"k" * 32), Ids())


@pytest.mark.source("platform 1.2", "C")
def test_token_is_72_hex_digits(tokens):
    """As long as a recorded g_ck."""
    token = tokens.token_for("cookie")
    assert len(token) == 72
    assert set(token) <= set("0123456789abcdef")


def test_token_fits_its_own_session_alone(tokens):
    """Another session's token is refused."""
    assert tokens.matches("one", tokens.token_for("one"))
    assert not tokens.matches("one", tokens.token_for("two"))


@pytest.mark.parametrize("given", ["", "é", "\ud800", "0" * 72])
def test_garbage_is_no_token(tokens, given):
    """Whatever is sent, it is compared and refused."""
    assert not tokens.matches("one", given)


def test_pre_session_is_known_again(tokens):
    """The login form's cookie needs no row: it bears our signature."""
    cookie = tokens.new_pre_session()
    assert tokens.is_pre_session(cookie)
    assert tokens.new_pre_session() != cookie


@pytest.mark.parametrize("forged", ["", ".", "abc", "abc.", "abc.0000", "é.é", "\ud800.x"])
def test_forged_pre_session_is_not_ours(tokens, forged):
    """A cookie somebody made up starts nothing."""
    assert not tokens.is_pre_session(forged)


def test_other_instance_signs_differently(tokens):
    """A pre-session of another key is foreign."""
    other = UserTokens(InstanceKey(b"o" * 32), Ids())
    assert not tokens.is_pre_session(other.new_pre_session())

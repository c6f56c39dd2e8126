"""The form of tokens: derived from a credential, worthless under another key."""

import pytest
from ticketlab.emulator.identity.keys import InstanceKey
from ticketlab.emulator.oauth.tokens import Tokens
from ticketlab.shared.ids import Ids

SYS_ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def tokens():
    return Tokens(InstanceKey(b"k" * 32))


@pytest.mark.source("platform 1.3", "F")
def test_token_is_86_url_safe_characters(tokens):
    """The recorded length and alphabet."""
    token = tokens.token_of(SYS_ID)
    assert len(token) == 86
    assert token.replace("-", "").replace("_", "").isalnum()


def test_token_leads_back_to_its_credential(tokens):
    """The same credential always has the same token, and is found by it."""
    assert tokens.token_of(SYS_ID) == tokens.token_of(SYS_ID)
    assert tokens.credential_of(tokens.token_of(SYS_ID)) == SYS_ID


def test_token_of_another_key_is_unknown(tokens):
    """A restore under another key leaves every token dead."""
    other = Tokens(InstanceKey(b"o" * 32))
    assert tokens.credential_of(other.token_of(SYS_ID)) is None


@pytest.mark.parametrize("given", ["", "x", "A" * 86, "é" * 86, "=" * 86, "A" * 1_000_000, "\0" * 86, "+" * 86])
def test_any_other_text_is_unknown(tokens, given):
    """Whatever is sent as a token is judged, never an error."""
    assert tokens.credential_of(given) is None


@pytest.mark.parametrize("place", [0, 20, 40, 85])
def test_token_with_one_character_changed_is_unknown(tokens, place):
    """Every character counts, the last one's unused bits included."""
    token = tokens.token_of(SYS_ID)
    others = [each for each in "ABCDEFGHQRSTwxyz0189-_" if each != token[place]]
    assert all(tokens.credential_of(token[:place] + each + token[place + 1 :]) is None for each in others)


@pytest.mark.attack("A37")
def test_a37_secrets_and_codes_are_unique_and_long():
    """10,000 codes and client secrets: no two alike, none under 128 bits."""
    ids = Ids()
    for size in (64, 24):
        drawn = {ids.token(size) for _ in range(10_000)}
        assert len(drawn) == 10_000
        assert all(len(each) * 6 >= 128 for each in drawn)

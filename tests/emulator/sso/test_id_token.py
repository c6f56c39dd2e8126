"""Attacks on the id token: whatever is wrong with it, nobody is logged in and the log says why."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from authlib.common.encoding import json_dumps, urlsafe_b64encode
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from ticketlab.connector.openid import SigningKeys
from ticketlab.emulator.sso.provider_client import ProviderClient
from ticketlab.shared.web.parts import part_of

from .conftest import World, make_world

MAIL = "m365.integration@example.com"
UPN = "m365.integration@contoso.onmicrosoft.com"
Claims = dict[str, Any]


@pytest.fixture(scope="module")
def shared_world() -> Iterator[tuple[World, str]]:
    """One for all attacks, since none of them gets anywhere."""
    with make_world() as world:
        world.instance_user("m365.integration", email=MAIL)
        world.directory_user("m365.integration", MAIL)
        yield world, world.switch(match_field="email")


@pytest.fixture
def world(shared_world: tuple[World, str]) -> World:
    """With a true wire, and a browser of the test's own in which somebody is signed in to the directory."""
    world = shared_world[0]
    world.wire.change, world.wire.asked = None, []
    world.causes()
    world.browser = world.new_browser()
    world.browser.sign_in_to_tenant(UPN)
    return world


@pytest.fixture
def provider(shared_world: tuple[World, str]) -> str:
    return shared_world[1]


def signed(world: World, claims: Claims, header: Claims) -> str:
    """With the provider's own key: the signature is right, so only what it says can be wrong."""
    key = RSAKey.import_key(part_of(world.tenant, SigningKeys).current().jwk)
    return jwt.encode({"alg": "RS256", **header}, claims, key, algorithms=["RS256"])


def attempt(world: World, provider: str) -> tuple[int, list[str], str]:
    page = world.browser.go(f"/login_with_sso.do?glide_sso_id={provider}")
    return page.status, page.alerts, page.response.headers.get("X-Is-Logged-In", "false")


def test_the_true_token_is_let_in_when_signed_again(world: World, provider: str) -> None:
    """The lying wire itself changes nothing: what the attacks below change is what is refused."""
    world.wire.change = lambda claims, header: signed(world, claims, header)
    assert attempt(world, provider) == (200, [], "true")


CHANGES: dict[str, Callable[[Claims], Claims]] = {
    "another audience": lambda claims: {**claims, "aud": "another-application"},
    "several audiences": lambda claims: {**claims, "aud": [claims["aud"], "another-application"]},
    "no audience": lambda claims: {name: value for name, value in claims.items() if name != "aud"},
    "another issuer": lambda claims: {**claims, "iss": "http://127.0.0.1:8090/fabrikam/v2.0"},
    "no issuer": lambda claims: {name: value for name, value in claims.items() if name != "iss"},
    "expired": lambda claims: {**claims, "exp": int(time.time()) - 120},
    "never expiring": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "from the future": lambda claims: {**claims, "iat": int(time.time()) + 600},
    "another nonce": lambda claims: {**claims, "nonce": "of another sign-on"},
    "no nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "no subject": lambda claims: {name: value for name, value in claims.items() if name != "sub"},
    "no e-mail": lambda claims: {name: value for name, value in claims.items() if name != "email"},
    "an e-mail that is no text": lambda claims: {**claims, "email": ["a", "b"]},
    "a query for an e-mail": lambda claims: {**claims, "email": "x^ORuser_name=admin"},
    "times that are no numbers": lambda claims: {**claims, "exp": "tomorrow"},
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_token_that_says_something_else_is_refused(world: World, provider: str, what: str) -> None:
    world.wire.change = lambda claims, header: signed(world, CHANGES[what](claims), header)
    assert attempt(world, provider) == (403, ["Login unsuccessful"], "false")
    assert world.causes()[0].startswith("Login unsuccessful: ")


def test_the_nonce_of_an_earlier_sign_on_is_refused(world: World, provider: str) -> None:
    """A token that was good once is replayed whole."""
    kept: list[str] = []

    def keep(claims: Claims, header: Claims) -> str:
        kept.append(signed(world, claims, header))
        return kept[0]

    world.wire.change = keep
    assert attempt(world, provider)[2] == "true"
    world.browser.go("/logout.do")
    assert attempt(world, provider) == (403, ["Login unsuccessful"], "false")
    assert "nonce" in world.causes()[0]


def unsigned(world: World, claims: Claims, header: Claims) -> str:
    return f"{_part({**header, 'alg': 'none'})}.{_part(claims)}."


def signed_with_the_public_key(world: World, claims: Claims, header: Claims) -> str:
    """The key that everybody can read, taken for a shared secret."""
    public = RSAKey.import_key(part_of(world.tenant, SigningKeys).current().jwk).as_pem(private=False)
    return jwt.encode({**header, "alg": "HS256"}, claims, OctKey.import_key(public.hex()), algorithms=["HS256"])


def signed_by_a_stranger(world: World, claims: Claims, header: Claims) -> str:
    return jwt.encode(header, claims, RSAKey.generate_key(2048), algorithms=["RS256"])


def signed_by_an_unknown_key(world: World, claims: Claims, header: Claims) -> str:
    return jwt.encode({**header, "kid": "unknown"}, claims, RSAKey.generate_key(2048), algorithms=["RS256"])


def with_another_signature(world: World, claims: Claims, header: Claims) -> str:
    start, _dot, _signature = signed(world, claims, header).rpartition(".")
    return f"{start}.{'A' * 342}"


def with_other_claims_under_the_signature(world: World, claims: Claims, header: Claims) -> str:
    first, _claims, signature = signed(world, claims, header).split(".")
    return f"{first}.{_part({**claims, 'email': 'admin@example.com'})}.{signature}"


def with_its_own_key_in_the_header(world: World, claims: Claims, header: Claims) -> str:
    key = RSAKey.generate_key(2048)
    given = {**header, "jwk": key.as_dict(private=False)}
    return jwt.encode(given, claims, key, algorithms=["RS256"])


def nothing_like_a_token(world: World, claims: Claims, header: Claims) -> str:
    return "é.\x00." + "a" * 50


def far_too_long(world: World, claims: Claims, header: Claims) -> str:
    return signed(world, {**claims, "more": "x" * 50_000}, header)


FORGERIES = [
    unsigned,
    signed_with_the_public_key,
    signed_by_a_stranger,
    signed_by_an_unknown_key,
    with_another_signature,
    with_other_claims_under_the_signature,
    with_its_own_key_in_the_header,
    nothing_like_a_token,
    far_too_long,
]


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__.replace("_", " "))
def test_a_forged_token_is_refused(world: World, provider: str, forge: Callable[..., str]) -> None:
    world.wire.change = lambda claims, header: forge(world, claims, header)
    assert attempt(world, provider) == (403, ["Login unsuccessful"], "false")


def test_keys_are_asked_for_again_when_the_provider_signs_with_a_new_one(world: World, provider: str) -> None:
    """Remembered keys otherwise serve: they are not asked for with every sign-on."""
    for asked in (1, 0):
        part_of(world.instance, ProviderClient)._keys = {} if asked else part_of(world.instance, ProviderClient)._keys
        world.wire.asked = []
        assert attempt(world, provider)[2] == "true"
        assert world.wire.asked.count("/contoso/discovery/v2.0/keys") == asked
        world.browser.go("/logout.do")
    part_of(world.tenant, SigningKeys).rotate()
    assert attempt(world, provider)[2] == "true"
    assert world.wire.asked.count("/contoso/discovery/v2.0/keys") == 1


def test_the_token_s_times_are_judged_by_the_instance_s_clock(world: World, provider: str) -> None:
    """Case clock-skew: a minute of difference passes, two hours do not."""
    client = world.instance.test_client()
    client.post("/lab/clock", json={"advance": -50})
    assert attempt(world, provider)[2] == "true"
    world.browser.go("/logout.do")
    client.post("/lab/clock", json={"advance": 7200})
    refused = attempt(world, provider)
    cause = world.causes()[0]
    client.post("/lab/clock", json={"advance": -7150})
    assert refused == (403, ["Login unsuccessful"], "false")
    assert "Expired" in cause


def _part(value: Claims) -> str:
    return urlsafe_b64encode(json_dumps(value).encode()).decode()

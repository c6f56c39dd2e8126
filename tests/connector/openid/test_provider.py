"""The tenant's directory as an OpenID provider."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask import Flask
from joserfc.errors import InvalidKeyIdError
from joserfc.jwt import JWTClaimsRegistry
from ticketlab.connector.openid import SigningKeys
from ticketlab.connector.testing import ADMIN, PASSWORD, bearer, csrf_token, set_clock
from ticketlab.shared.clock import ClockSetting
from ticketlab.shared.web.parts import part_of

from .conftest import CALLBACK, Instance


def test_discovery_names_addresses_that_are_there(tenant: Flask) -> None:
    """An application needs this one address and its client ID and secret, nothing else."""
    client = tenant.test_client()
    told = client.get("/contoso/v2.0/.well-known/openid-configuration").get_json()
    assert told["issuer"] == "http://localhost/contoso/v2.0"
    assert told["id_token_signing_alg_values_supported"] == ["RS256"]
    for name, status in (("authorization_endpoint", 400), ("jwks_uri", 200), ("userinfo_endpoint", 401)):
        assert client.get(told[name]).status_code == status, name
    assert client.post(told["token_endpoint"], data={"grant_type": "x"}).status_code == 400
    assert client.get("/fabrikam/v2.0/.well-known/openid-configuration").status_code == 404


def test_a_signed_in_person_comes_back_with_a_code_and_it_becomes_an_id_token(instance: Instance) -> None:
    answer = instance.authorize()
    assert answer.location.startswith(f"{CALLBACK}?")
    assert parse_qs(urlsplit(answer.location).query)["state"] == ["the-state"]
    code = parse_qs(urlsplit(answer.location).query)["code"][0]
    token = instance.exchange(code).get_json()
    claims = instance.claims(token["id_token"])
    JWTClaimsRegistry(
        iss={"essential": True, "value": "http://localhost/contoso/v2.0"},
        aud={"essential": True, "value": instance.parameters["client_id"]},
        nonce={"essential": True, "value": instance.nonce},
        exp={"essential": True},
    ).validate(claims)
    assert (claims["preferred_username"], claims["email"]) == (ADMIN, "secadmin@contoso.com")
    assert claims["name"] == "Sasha Ouellet"


def test_whoever_is_not_signed_in_signs_in_first_and_goes_on(tenant: Flask) -> None:
    """The sign-in page's policy lets its form end at the application, and at no other address."""
    instance = Instance(tenant, tenant.test_client())
    led = instance.authorize()
    assert (led.status_code, led.location.partition("?")[0]) == (303, "/signin")
    page = instance.browser.get(led.location)
    assert "form-action 'self' http://127.0.0.1:8080" in page.headers["Content-Security-Policy"]
    wanted = parse_qs(urlsplit(led.location).query)["next"][0]
    form = {"upn": ADMIN, "password": PASSWORD, "next": wanted, "csrf_token": csrf_token(instance.browser)}
    answer = instance.browser.post("/signin", data=form)
    assert instance.browser.get(answer.location).location.startswith(f"{CALLBACK}?code=")
    plain = instance.browser.get("/signin?prompt=login")
    assert "8080" not in plain.headers["Content-Security-Policy"]


def test_prompt_none_asks_nobody(tenant: Flask) -> None:
    answer = Instance(tenant, tenant.test_client()).authorize(prompt="none")
    assert parse_qs(urlsplit(answer.location).query)["error"] == ["login_required"]


def test_prompt_login_asks_again_whoever_is_signed_in(instance: Instance) -> None:
    led = instance.authorize(prompt="login")
    assert led.location.startswith("/signin")
    page = instance.browser.get(led.location)
    assert page.status_code == 200
    assert 'name="password"' in page.text


@pytest.mark.attack("A01")
@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": ""},
        {"client_id": "unknown"},
        {"client_id": "é" * 20},
        {"redirect_uri": "http://127.0.0.1:8080/other"},
        {"redirect_uri": f"{CALLBACK}/"},
        {"redirect_uri": "https://evil.example/"},
        {"state": "a\r\nb"},
        {"nonce": "x" * 3000},
    ],
)
def test_a01_nobody_is_sent_to_an_address_in_doubt(instance: Instance, changes: dict[str, str]) -> None:
    """A page says why; no redirect, no code."""
    answer = instance.authorize(**changes)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
)
def test_a_wrong_request_of_a_known_application_is_answered_to_it(
    instance: Instance, changes: dict[str, str], error: str
) -> None:
    answer = instance.authorize(**changes)
    told = parse_qs(urlsplit(answer.location).query)
    assert (told["error"], told["state"]) == ([error], ["the-state"])


@pytest.mark.attack("A15")
def test_a15_a_code_is_taken_once(instance: Instance) -> None:
    code = instance.code()
    assert instance.exchange(code).status_code == 200
    again = instance.exchange(code)
    assert (again.status_code, again.get_json()["error"]) == (400, "invalid_grant")


@pytest.mark.attack("A15")
def test_a15_of_eight_exchanges_at_the_same_time_one_succeeds(instance: Instance) -> None:
    code = instance.code()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _number: instance.exchange(code).status_code, range(8)))
    assert sorted(answers) == [200, *([400] * 7)]


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": "é"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"redirect_uri": "http://127.0.0.1:8080/other"}, 400, "invalid_grant"),
        ({"code_verifier": "x" * 50}, 400, "invalid_grant"),
        ({"code_verifier": ""}, 400, "invalid_request"),
        ({"code": "unknown"}, 400, "invalid_grant"),
    ],
)
def test_a_wrong_exchange_gives_nothing(instance: Instance, changes: dict[str, str], status: int, error: str) -> None:
    answer = instance.exchange(**{"code": instance.code(), **changes})
    assert (answer.status_code, answer.get_json()["error"]) == (status, error)
    assert "id_token" not in answer.text


@pytest.mark.attack("A17")
def test_a17_a_code_lasts_a_minute(instance: Instance) -> None:
    code = instance.code()
    set_clock(instance.tenant, ClockSetting(offset=timedelta(seconds=61)))
    assert instance.exchange(code).get_json()["error"] == "invalid_grant"


def test_the_sign_in_s_token_opens_userinfo_and_nothing_of_the_api(instance: Instance) -> None:
    """What was given to know somebody by cannot act for them."""
    token = instance.exchange(instance.code()).get_json()["access_token"]
    client = instance.tenant.test_client()
    header = {"Authorization": f"Bearer {token}"}
    assert client.get("/contoso/openid/userinfo", headers=header).get_json()["email"] == "secadmin@contoso.com"
    assert client.get("/api/v1/me", headers=header).status_code == 401
    assert client.get("/contoso/openid/userinfo", headers=bearer(client)).status_code == 401


def test_the_instance_s_registration_may_do_nothing_in_its_own_name(instance: Instance) -> None:
    answer = instance.exchange("", grant_type="client_credentials", redirect_uri="", code_verifier="")
    assert (answer.status_code, answer.get_json()["error"]) == (400, "unauthorized_client")


def test_after_a_rotation_tokens_of_both_keys_can_be_verified_for_a_day(instance: Instance) -> None:
    old = instance.exchange(instance.code()).get_json()["id_token"]
    client = instance.tenant.test_client()
    told = client.post("/lab/openid-keys", json={}).get_json()
    assert len(told["published"]) == 2
    new = instance.exchange(instance.code()).get_json()["id_token"]
    assert instance.claims(old)["sub"] == instance.claims(new)["sub"]
    set_clock(instance.tenant, ClockSetting(offset=timedelta(days=1, seconds=1)))
    assert [key["kid"] for key in client.get("/contoso/discovery/v2.0/keys").get_json()["keys"]] == [told["kid"]]
    with pytest.raises(InvalidKeyIdError):
        instance.claims(old)


def test_published_keys_are_public_and_the_private_ones_lie_in_a_private_file(instance: Instance) -> None:
    instance.exchange(instance.code())
    keys = instance.tenant.test_client().get("/contoso/discovery/v2.0/keys").get_json()["keys"]
    assert set(keys[0]) == {"kty", "n", "e", "kid", "use", "alg"}
    file = Path(part_of(instance.tenant, SigningKeys)._path)
    assert file.stat().st_mode & 0o077 == 0


def test_without_the_shared_secret_there_is_no_registration() -> None:
    from ticketlab.connector.testing import make_tenant

    tenant = make_tenant(instances={"dev00001": "http://127.0.0.1:8080"})
    instance = Instance(tenant, tenant.test_client())
    assert instance.authorize().status_code == 400


def test_a_reset_keeps_the_registration_of_this_start(instance: Instance) -> None:
    """The seed's image does not know where the instance is today."""
    instance.tenant.test_client().post("/lab/reset", json={})
    answer = Instance(instance.tenant, instance.tenant.test_client()).authorize()
    assert answer.location.startswith(f"/signin?next={quote('/contoso/oauth2', safe='/')}")

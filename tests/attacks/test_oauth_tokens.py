"""Attacks on the token endpoint, under both profiles of a client (attacks A05 to A27, A34 to A37, A45 and A46)."""

import base64
import json
import math
from collections import Counter
from pathlib import Path

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters
from oauth_flows import CALLBACK, VERIFIER, OAuthClient, make_user
from oauth_profiles import World, profile, world
from oauth_records import by_password, records, set_property
from ticketlab.emulator.oauth import policy
from ticketlab.emulator.oauth.policy import POST_BODY_ONLY
from ticketlab.emulator.oauth.tokens import LENGTH, PREFIX, Tokens
from ticketlab.shared.ids import Ids
from ticketlab.shared.web.parts import part_of

__all__ = ["profile", "world"]


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


@pytest.mark.attack("A05")
@pytest.mark.parametrize("name", ["grant_type", "code", "client_id", "client_secret", "redirect_uri", "code_verifier"])
def test_a05_token_parameter_sent_twice_is_refused(world: World, name: str):
    """400 in both, and the code is still good."""
    client = world.client()
    code = world.code(client)
    data = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    data |= client.credentials
    answer = world.stranger().post("/oauth_token.do", {**data, name: [data[name], data[name]]})
    assert answer.status == 400
    assert json.loads(answer.text)["error"] == "invalid_request"
    assert world.exchange(client, code).status == 200


@pytest.mark.attack("A13")
@pytest.mark.parametrize("verifier", ["", "w" * 64])
def test_a13_missing_or_wrong_verifier_burns_the_code(world: World, verifier: str):
    """No token, now or later."""
    client = world.client()
    code = world.code(client)
    answer = world.exchange(client, code, code_verifier=verifier)
    assert world.refuses(answer, "invalid_grant" if verifier else "invalid_request")
    assert world.refuses(world.exchange(client, code), "invalid_grant")


@pytest.mark.attack("A15")
def test_a15_second_use_of_a_code_ends_the_first_tokens_of_a_hardened_client(world: World):
    """‡ The platform's documents say nothing of it: there the first tokens live."""
    client = world.client()
    code = world.code(client)
    first = json.loads(world.exchange(client, code).text)
    assert world.refuses(world.exchange(client, code), "invalid_grant")
    lives = not world.hardened
    assert (world.calls(first["access_token"]) == 200) == lives
    assert (world.refresh(client, first["refresh_token"]).status == 200) == lives


@pytest.mark.attack("A16")
def test_a16_code_of_another_client_stays_good_for_its_owner(world: World):
    """The one documented choice, in both."""
    owner, thief = world.client(), world.client("Thief")
    code = world.code(owner)
    assert world.refuses(world.exchange(thief, code), "invalid_grant")
    assert world.exchange(owner, code).status == 200


@pytest.mark.attack("A17")
def test_a17_code_dies_with_its_lifetime(world: World):
    """Sixty seconds, far below the 600 that are allowed."""
    client = world.client()
    code = world.code(client)
    world.clock.advance(seconds=61)
    assert world.refuses(world.exchange(client, code), "invalid_grant")


@pytest.mark.attack("A18")
@pytest.mark.parametrize("uri", ["", "https://evil.example/", f"{CALLBACK}/"])
def test_a18_other_redirect_uri_at_the_exchange_is_refused(world: World, uri: str):
    """The one given with the request, letter for letter."""
    client = world.client()
    code = world.code(client)
    assert world.refuses(world.exchange(client, code, redirect_uri=uri), "invalid_grant")
    assert world.exchange(client, code).status == 200


@pytest.mark.attack("A19")
def test_a19_code_with_something_appended_is_unknown(world: World):
    """Every character counts."""
    client = world.client()
    code = world.code(client)
    for changed in (f"{code}&client_id=x", f"{code}\0", f" {code}", code.swapcase(), code[:-1]):
        assert world.refuses(world.exchange(client, changed), "invalid_grant")


@pytest.mark.attack("A20")
def test_a20_wrong_secret_looks_like_an_unknown_client(world: World):
    """The same status, headers and body; a hardened client that used Basic is challenged for it."""
    client = world.client()
    data = {"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK}
    answers = []
    for client_id in (client.client_id, "0" * 32):
        by_header = world.stranger("127.0.0.3").post("/oauth_token.do", data, basic(client_id, "wrong"))
        body = {**data, "client_id": client_id, "client_secret": "wrong"}
        by_body = world.stranger("127.0.0.3").post("/oauth_token.do", body)
        assert world.refuses(by_header, "invalid_client")
        assert world.refuses(by_body, "invalid_client")
        assert ("WWW-Authenticate" in by_header.headers) == world.hardened
        answers.append((by_header.text, by_body.text))
    assert len(set(answers)) == 1


@pytest.mark.attack("A21")
def test_a21_credentials_in_the_query_string_are_never_a_hardened_clients(world: World):
    """‡ The platform takes them unless the property forbids; with it nobody's count."""
    client = world.client()
    data = {"grant_type": "refresh_token", "refresh_token": world.tokens(client)["refresh_token"]}
    path = "/oauth_token.do?" + "&".join(f"{name}={value}" for name, value in client.credentials.items())
    set_property(world.instance, POST_BODY_ONLY, "false")
    assert (world.stranger().post(path, data).status == 200) != world.hardened
    set_property(world.instance, POST_BODY_ONLY, "true")
    assert world.stranger().post(path, data).status == 401


@pytest.mark.attack("A21")
@pytest.mark.attack("L05")
def test_a21_credentials_in_the_query_string_are_not_logged(world: World):
    """Neither the secret nor the refused request's address stands in the instance's logs."""
    client = world.client()
    path = f"/oauth_token.do?client_id={client.client_id}&client_secret={client.secret}&grant_type=password"
    world.stranger().post(path, {})
    folder = world.instance.instance_path
    written = b"".join(each.read_bytes() for each in Path(folder).rglob("*") if each.is_file())
    assert client.secret.encode() not in written


@pytest.mark.attack("A22")
def test_a22_basic_beside_a_secret_in_the_body_is_refused(world: World):
    """‡ One constant for the platform."""
    client = world.client()
    data = {"grant_type": "refresh_token", "refresh_token": world.tokens(client)["refresh_token"], **client.credentials}
    answer = world.stranger().post("/oauth_token.do", data, basic(client.client_id, client.secret))
    assert world.refuses(answer, "invalid_request")
    assert policy.BASIC_BESIDE_BODY_REFUSED


@pytest.mark.attack("A23")
@pytest.mark.parametrize(
    "header", ["Basic", "Basic %%%", "Basic /////w==", "Basic bm9jb2xvbg==", "Basic " + "QUFB" * 9000]
)
def test_a23_unreadable_basic_header_is_refused(world: World, header: str):
    """Never a server error."""
    answer = world.stranger("127.0.0.4").post("/oauth_token.do", {"grant_type": "password"}, {"Authorization": header})
    assert answer.status == 401


@pytest.mark.attack("A24")
@pytest.mark.parametrize("secret", ["é", "\0", "\N{PILE OF POO}", "x" * 100_000, " "])
def test_a24_strange_secret_is_a_wrong_one(world: World, secret: str):
    """Never a server error, and the code stays good."""
    client = world.client()
    code = world.code(client)
    assert world.exchange(client, code, client_secret=secret).status in {400, 401, 413}
    assert world.exchange(client, code).status == 200


@pytest.mark.attack("A25")
def test_a25_only_post_with_a_form_is_answered(world: World):
    """GET, HEAD and PUT are no methods here; a JSON body says nothing."""
    client = world.client()
    test_client = world.instance.test_client()
    for method in ("GET", "HEAD", "PUT"):
        assert test_client.open("/oauth_token.do", method=method).status_code == 405
    data = {"grant_type": "authorization_code", "code": world.code(client), **client.credentials}
    assert test_client.post("/oauth_token.do", json=data).status_code in {400, 401}


@pytest.mark.attack("A26")
@pytest.mark.parametrize("grant_type", ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code", ""])
def test_a26_grant_that_the_client_may_not_use_gives_nothing(world: World, grant_type: str):
    """‡ The password grant is the platform's, and no hardened client's."""
    client = world.client()
    answer = by_password(world.stranger(), client, grant_type=grant_type)
    if grant_type == "password" and not world.hardened:
        assert answer.status == 200
    else:
        error = "unauthorized_client" if grant_type == "password" else "unsupported_grant_type"
        assert world.refuses(answer, error)


@pytest.mark.attack("A27")
def test_a27_no_answer_is_kept_by_a_cache(world: World):
    """Tokens, refusals, introspection and revocation alike."""
    client = world.client()
    code = world.code(client)
    browser = world.stranger()
    answers = [world.exchange(client, code), world.exchange(client, "x"), world.refresh(client, "x")]
    if world.hardened:
        answers.append(browser.post("/oauth_introspect.do", {"token": "x", **client.credentials}))
    assert all(each.headers["Content-Type"].lower() == "application/json;charset=utf-8" for each in answers)
    answers.append(browser.post("/oauth_revoke_token.do", {"token": "x"}))
    assert all(each.headers["Cache-Control"] == "no-store" for each in answers)


@pytest.mark.attack("A34")
def test_a34_a_token_is_revoked_by_its_client_or_else_by_whoever_has_it(world: World):
    """‡ An unknown token is nobody's business; a hardened client's is revoked by that client alone."""
    owner, other = world.client(), world.client("Other")
    tokens = world.tokens(owner)
    browser = world.stranger()
    path = "/oauth_revoke_token.do"
    assert browser.post(path, {"token": "x" * 86}).status == 200
    if world.hardened:
        assert browser.post(path, {"token": tokens["refresh_token"]}).status == 401
        assert browser.get(f"{path}?token={tokens['refresh_token']}").status == 401
        assert browser.post(path, {"token": tokens["refresh_token"], **other.credentials}).status == 200
        assert world.calls(tokens["access_token"]) == 200
    data = {"token": tokens["refresh_token"], "token_type_hint": "access_token", **owner.credentials}
    assert browser.post(path, data).status == 200
    assert world.calls(tokens["access_token"]) == 401
    assert world.refuses(world.refresh(owner, tokens["refresh_token"]), "invalid_grant")


@pytest.mark.attack("A35")
def test_a35_only_hardened_clients_may_look_into_their_tokens(world: World):
    """‡ The platform has none. Whatever is no live token of the asker is inactive, and nothing more."""
    owner, other = world.client(), world.client("Other")
    tokens = world.tokens(owner)
    browser = world.stranger("127.0.0.5")
    path = "/oauth_introspect.do"

    def ask(client: OAuthClient, token: str):
        return browser.post(path, {"token": token, **client.credentials})

    if not world.hardened:
        nowhere = browser.post("/oauth_nothing.do", {})
        assert ask(owner, tokens["access_token"]).status == nowhere.status
        assert "active" not in ask(owner, tokens["access_token"]).text
        return
    assert browser.post(path, {"token": tokens["access_token"]}).status == 401
    told = json.loads(ask(owner, tokens["access_token"]).text)
    assert (told["active"], told["client_id"], told["username"]) == (True, owner.client_id, "tickets")
    world.clock.advance(minutes=31)
    for client, token in ((owner, tokens["access_token"]), (other, tokens["refresh_token"]), (owner, "x")):
        assert json.loads(ask(client, token).text) == {"active": False}


@pytest.mark.attack("A36")
def test_a36_only_a_living_access_token_opens_the_api(world: World):
    """None, garbage, an expired one: 401. ‡ In the address: the platform's own way, unless the property forbids."""
    client = world.client()
    token = world.tokens(client)["access_token"]
    table = "/api/now/table/incident?sysparm_limit=1"
    assert world.stranger().get(table).status == 401
    assert world.calls("garbage") == 401
    assert world.calls(token) == 200
    assert world.stranger().get(f"{table}&access_token={token}").status == 401
    set_property(world.instance, POST_BODY_ONLY, "false")
    expected = 401 if world.hardened else 200
    assert world.stranger().get(f"{table}&access_token={token}").status == expected
    set_property(world.instance, POST_BODY_ONLY, "true")
    world.clock.advance(minutes=31)
    assert world.calls(token) == 401


@pytest.mark.attack("A36")
def test_a36_too_little_scope_is_403(world: World):
    """The token of a securely scoped client opens what its scopes name, by the methods they name."""
    client = world.client(scope_restriction_status="securely_scoped")
    scope = records(world.instance, "sys_auth_scope").insert({"name": f"incidents_{client.sys_id}"})
    mapping = {"oauth_entity": client.sys_id, "sys_auth_scope": scope.sys_id}
    records(world.instance, "oauth_entity_auth_scope_mapping").insert(mapping)
    token = world.tokens(client)["access_token"]
    refused = world.stranger().get("/api/now/table/incident", {"Authorization": f"Bearer {token}"})
    assert refused.status == 403
    assert json.loads(refused.text)["error"]["message"] == "Missing required api access scope"
    access = {"sys_auth_scope": scope.sys_id, "rest_api": "/api/now/table/incident", "http_method": "GET"}
    records(world.instance, "sys_api_access_scope").insert(access)
    assert world.calls(token) == 200
    other = world.stranger().get("/api/now/v2/table/problem", {"Authorization": f"Bearer {token}"})
    assert other.status == 403


@pytest.mark.attack("A37")
def test_a37_ten_thousand_tokens_are_unique_and_evenly_drawn(world: World):
    """At least 128 bits of the system's own randomness each. ‡ 86 characters, or those after a prefix."""
    ids, tokens = Ids(), part_of(world.instance, Tokens)
    made = [tokens.token_of(ids.sys_id(), hardened=world.hardened) for _ in range(10_000)]
    made_codes = [ids.token(64) for _ in range(10_000)]
    assert len(set(made)) == len(set(made_codes)) == 10_000
    assert all(len(each.removeprefix(PREFIX)) == LENGTH == 86 for each in made)
    assert all(each.startswith(PREFIX) for each in made) == world.hardened
    letters = Counter("".join(each.removeprefix(PREFIX)[:85] for each in made))
    expected = 85 * 10_000 / 64
    chi_square = sum((letters[each] - expected) ** 2 / expected for each in letters)
    assert len(letters) == 64
    assert chi_square < 63 + 8 * math.sqrt(2 * 63)


@pytest.mark.attack("A45")
def test_a45_fifty_wrong_secrets_from_one_address(world: World):
    """‡ A hardened client's guesser waits, and nobody else does; the platform stays opaque."""
    client = world.client()
    refresh_token = world.tokens(client)["refresh_token"]
    guesser = world.stranger("127.0.0.66")
    data = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": client.client_id}
    answers = [guesser.post("/oauth_token.do", {**data, "client_secret": "wrong"}) for _ in range(50)]
    assert {each.status for each in answers} == ({401, 429} if world.hardened else {401})
    if world.hardened:
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
        assert guesser.post("/oauth_token.do", {**data, **client.credentials}).status == 429
    elsewhere = world.stranger("127.0.0.67").post("/oauth_token.do", {**data, **client.credentials})
    assert elsewhere.status == 200
    world.clock.advance(seconds=61)
    token = json.loads(elsewhere.text)["refresh_token"]
    back = guesser.post("/oauth_token.do", {**data, "refresh_token": token, **client.credentials})
    assert back.status == 200


@pytest.mark.attack("A46")
def test_a46_unknown_user_looks_like_a_known_one(world: World, monkeypatch: pytest.MonkeyPatch):
    """One status and text; and the same time, which a hash takes: one of the same cost is computed either way."""
    client = world.client()
    make_user(world.instance, known := f"known.{client.sys_id[:6]}")
    computed: list[Parameters] = []
    verify = PasswordHasher.verify

    def note(hasher: PasswordHasher, stored: str, given: bytes) -> bool:
        computed.append(extract_parameters(stored))
        return verify(hasher, stored, given)

    monkeypatch.setattr(PasswordHasher, "verify", note)
    for name in (known, "unknown"):
        answer = by_password(world.stranger(), client, username=name, password="wrong")
        assert world.refuses(answer, "unauthorized_client" if world.hardened else "invalid_grant")
    assert len(computed) == (0 if world.hardened else 2)
    assert len(set(map(str, computed))) <= 1

"""Token Format JWT: such a token is read by whoever has the published keys, and judged as an opaque one is."""

import base64
import hmac
import json

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from oauth_flows import CHALLENGE, VERIFIER, code_for, exchange, is_opaque, make_client, refresh
from oauth_records import by_password, records

JWKS = "/api/now/oauth/jwks"


@pytest.fixture
def client(instance, user):
    return make_client(instance, name="Reads claims", token_format="jwt")


@pytest.fixture
def tokens(browser, client):
    return json.loads(by_password(browser, client).text)


def status(browser, token):
    return browser.get("/api/now/table/sys_user?sysparm_limit=1", {"Authorization": f"Bearer {token}"}).status


def read(browser, token):
    """As somebody who trusts this instance does, by its published keys."""
    keys = KeySet.import_key_set(json.loads(browser.get(JWKS).text))
    return jwt.decode(token, keys, algorithms=["RS256"])


def change(instance, client, **values):
    records(instance, "oauth_entity").update(client.sys_id, values)


@pytest.mark.source("platform 1.3", "D")
def test_access_token_is_a_jwt_that_the_published_keys_verify(browser, client, user, tokens, clock):
    token = read(browser, tokens["access_token"])
    assert token.header["typ"] == "at+jwt"
    assert token.claims["iss"] == "http://localhost"
    assert (token.claims["aud"], token.claims["client_id"]) == (client.client_id, client.client_id)
    assert token.claims["sub"] == user
    assert token.claims["exp"] - token.claims["iat"] == 1800
    assert token.claims["scope"] == tokens["scope"] == "useraccount"
    assert tokens["expires_in"] == 1799
    assert status(browser, tokens["access_token"]) == 200
    assert len(tokens["refresh_token"]) == 86


def test_the_default_is_an_opaque_token(browser, client_app):
    assert len(json.loads(by_password(browser, client_app).text)["access_token"]) == 86


@pytest.mark.source("platform 2.1", "D")
@pytest.mark.parametrize(("claim", "subject"), [("user_name", "tickets"), ("email", "t@example.com")])
def test_subject_claim_names_the_users_field(instance, browser, client, user, claim, subject):
    records(instance, "sys_user").update(user, {"email": "t@example.com"})
    change(instance, client, subject_claim=claim)
    assert read(browser, json.loads(by_password(browser, client).text)["access_token"]).claims["sub"] == subject


def test_jwt_expires_with_its_record(browser, tokens, clock):
    clock.advance(seconds=1799)
    assert status(browser, tokens["access_token"]) == 200
    clock.advance(seconds=2)
    assert status(browser, tokens["access_token"]) == 401


def test_jwt_is_revoked_before_it_expires(browser, client, tokens):
    """By itself, and with its refresh token."""
    browser.post("/oauth_revoke_token.do", {"token": tokens["access_token"]})
    assert status(browser, tokens["access_token"]) == 401
    again = json.loads(refresh(browser, client, tokens["refresh_token"]).text)
    assert status(browser, again["access_token"]) == 200
    browser.post("/oauth_revoke_token.do", {"token": tokens["refresh_token"]})
    assert status(browser, again["access_token"]) == 401


def test_asking_again_gives_the_same_credential_with_a_new_expiry(browser, client, tokens, clock):
    """The text changes with the expiry in it; the one given out before ends when it said."""
    clock.advance(minutes=20)
    again = json.loads(by_password(browser, client).text)
    first, second = read(browser, tokens["access_token"]).claims, read(browser, again["access_token"]).claims
    assert first["jti"] == second["jti"]
    assert second["exp"] - first["exp"] == 1200
    clock.advance(minutes=15)
    assert status(browser, tokens["access_token"]) == 401
    assert status(browser, again["access_token"]) == 200


def test_code_grant_of_a_hardened_client_gives_jwts_too(instance, browser, user):
    client = make_client(instance, name="Both", token_format="jwt", profile="hardened")
    code = code_for(browser, client, code_challenge=CHALLENGE, code_challenge_method="S256")
    tokens = json.loads(exchange(browser, client, code, code_verifier=VERIFIER).text)
    assert read(browser, tokens["access_token"]).claims["client_id"] == client.client_id
    rotated = json.loads(refresh(browser, client, tokens["refresh_token"]).text)
    assert status(browser, rotated["access_token"]) == 200
    assert status(browser, tokens["access_token"]) == 401


def test_jwt_that_this_instance_did_not_sign_opens_nothing(instance, browser, client, tokens):
    """Another key under the same name, no signature, the public key as a secret, changed claims, an id token's type."""
    token = read(browser, tokens["access_token"])
    published = json.loads(browser.get(JWKS).text)["keys"][0]
    foreign = RSAKey.generate_key(2048)
    head, claims = dict(token.header), dict(token.claims)
    body = tokens["access_token"].split(".")
    admin = records(instance, "sys_user").find("user_name=admin").sys_id
    changed = _part({**claims, "sub": admin})
    none = _part({**head, "alg": "none"})
    by_public_key = _signed_with(RSAKey.import_key(published).as_pem(private=False), {**head, "alg": "HS256"}, body[1])
    forged = [
        jwt.encode(head, claims, foreign),
        by_public_key,
        jwt.encode({**head, "kid": "nobody"}, claims, foreign),
        f"{none}.{body[1]}.",
        f"{body[0]}.{changed}.{body[2]}",
        f"{body[0]}.{body[1]}.{body[2][:-4]}AAAA",
        "a.b.c",
        "..",
        f"{body[0]}.{'A' * 9000}.{body[2]}",
    ]
    assert [status(browser, each) for each in forged] == [401] * len(forged)
    assert is_opaque(refresh(browser, client, tokens["access_token"]))


def _part(content):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _signed_with(secret, head, body):
    """HMAC under whatever bytes; libraries refuse a public key as a secret, an attacker does not."""
    start = f"{_part(head)}.{body}"
    return f"{start}.{_part(hmac.digest(secret, start.encode(), 'sha256'))}"


@pytest.mark.source("platform 1.0", "D")
def test_jwks_drop_a_rotated_key_after_105_days(instance, browser, client, tokens, clock):
    """Until then what it has signed is still verified; the new one signs at once."""
    old = read(browser, tokens["access_token"]).header["kid"]
    rotated = instance.test_client().post("/lab/oauth-keys", json={}).get_json()
    assert rotated["published"] == [rotated["kid"], old]
    assert status(browser, tokens["access_token"]) == 200
    assert read(browser, json.loads(by_password(browser, client).text)["access_token"]).header["kid"] == rotated["kid"]
    clock.advance(days=104, hours=23)
    assert len(json.loads(browser.get(JWKS).text)["keys"]) == 2
    clock.advance(hours=2)
    assert [key["kid"] for key in json.loads(browser.get(JWKS).text)["keys"]] == [rotated["kid"]]


def test_published_keys_are_public_halves_alone(browser):
    (key,) = json.loads(browser.get(JWKS).text)["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}

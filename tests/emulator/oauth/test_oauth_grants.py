"""The grants without a consent page: password, the client's own, and signed assertions."""

import json
import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jwk, jwt
from oauth_flows import (
    OPAQUE,
    PASSWORD,
    ClientBrowser,
    OAuthClient,
    authorize_path,
    code_for,
    exchange,
    is_opaque,
    log_in,
    make_client,
    make_user,
    refresh,
)
from oauth_records import by_password, causes, records, set_property, works
from patience import HANGING
from ticketlab.emulator.oauth.clients import JWT_BEARER
from ticketlab.emulator.oauth.policy import CLIENT_CREDENTIALS_ENABLED, READ_ONLY_EXEMPT, ROPC_DISABLED
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of


def body_of(answer) -> dict:
    assert answer.status == 200, answer
    return json.loads(answer.text)


@pytest.mark.source("platform 1.3", "D")
def test_password_gives_an_access_and_a_refresh_token(instance, browser, client_app):
    """The documented grant; its refresh token refreshes."""
    body = body_of(by_password(browser, client_app))
    assert list(body) == ["access_token", "refresh_token", "scope", "token_type", "expires_in"]
    assert works(instance, body["access_token"])
    assert refresh(browser, client_app, body["refresh_token"]).status == 200


@pytest.mark.source("platform 1.3", "D")
def test_password_grant_is_refused_where_the_property_disables_it(instance, browser, client_app):
    """glide.oauth.inbound.ropc.grant_type.disabled."""
    set_property(instance, ROPC_DISABLED, "true")
    assert is_opaque(by_password(browser, client_app))
    assert causes(instance)[-1].startswith("Exception on token flow - unsupported_grant_type")


@pytest.mark.source("platform 1.3", "C")
@pytest.mark.parametrize(
    ("values", "cause"),
    [
        ({"locked_out": True}, "The user is locked out"),
        ({"active": False}, "The user is inactive"),
        ({"enable_multifactor_authn": True}, "multi-factor authentication"),
    ],
)
def test_user_who_may_not_is_refused_alike(instance, browser, client_app, user, values, cause):
    """One opaque answer outside; the cause inside."""
    records(instance, "sys_user").update(user, values)
    assert is_opaque(by_password(browser, client_app))
    assert cause.lower() in causes(instance)[-1].lower()


@pytest.mark.source("platform 1.1", "D")
def test_read_only_user_gets_no_token_unless_the_table_is_exempt(instance, browser, client_app, user):
    """Whoever gets a token writes oauth_credential, which snc_read_only forbids."""
    role = records(instance, "sys_user_role").find("name=snc_read_only")
    records(instance, "sys_user_has_role").insert({"user": user, "role": role.sys_id, "state": "active"})
    assert is_opaque(by_password(browser, client_app))
    assert is_opaque(exchange(browser, client_app, code_for(browser, client_app)))
    assert "snc_read_only" in causes(instance)[-1]
    set_property(instance, READ_ONLY_EXEMPT, "syslog,oauth_credential")
    assert by_password(browser, client_app).status == 200


@pytest.mark.source("platform 1.1", "D")
def test_user_for_web_services_only_uses_the_password_grant_but_no_consent_page(instance, browser, client_app, user):
    """There is no interactive login for the one, and none is needed for the other."""
    records(instance, "sys_user").update(user, {"web_service_access_only": True})
    page = browser.get(authorize_path(client_app))
    assert log_in(browser, back=page.location).status != 302
    assert browser.get(authorize_path(client_app)).status == 302
    assert works(instance, body_of(by_password(browser, client_app))["access_token"])


@pytest.mark.source("platform 1.5", "D")
def test_another_grant_renews_the_refresh_token(instance, browser, client_app, clock):
    """A new grant that is no refresh pushes both expiries out, and gives the same tokens while they live."""
    first = body_of(by_password(browser, client_app))
    clock.advance(days=99)
    again = body_of(by_password(browser, client_app))
    assert again["refresh_token"] == first["refresh_token"]
    clock.advance(days=99)
    assert refresh(browser, client_app, first["refresh_token"]).status == 200


def own(browser, client: OAuthClient, **more):
    return browser.post("/oauth_token.do", {"grant_type": "client_credentials", **client.credentials, **more})


@pytest.mark.source("platform 1.3", "C")
def test_own_token_is_refused_while_the_property_is_off(instance, browser, user):
    """False or absent by default."""
    client = make_client(instance, user=user)
    assert is_opaque(own(browser, client))
    assert CLIENT_CREDENTIALS_ENABLED in causes(instance)[-1]


@pytest.mark.source("platform 1.3", "F")
def test_own_token_without_an_application_user_is_refused_in_the_recorded_words(instance, browser, client_app):
    """The one refusal with a status and a text of its own."""
    set_property(instance, CLIENT_CREDENTIALS_ENABLED, "true")
    answer = own(browser, client_app)
    assert answer.status == 400
    assert answer.text == (
        '{"error":"unauthorized_client","error_description":"Received client_credentials grant_type request however '
        f'integration user is not configured for OAuth:{client_app.sys_id}"}}'
    )


@pytest.mark.source("platform 1.3", "F")
def test_own_token_acts_as_the_application_user_and_has_no_refresh_token(instance, browser, user):
    """No refresh_token key at all."""
    set_property(instance, CLIENT_CREDENTIALS_ENABLED, "true")
    client = make_client(instance, user=user)
    body = body_of(own(browser, client))
    assert list(body) == ["access_token", "scope", "token_type", "expires_in"]
    assert works(instance, body["access_token"])
    records(instance, "sys_user").update(user, {"active": False})
    assert not works(instance, body["access_token"])
    assert is_opaque(own(browser, client))


def test_own_token_asked_for_twice_in_a_second_is_written_once(instance, browser, user, clock):
    """Its expiry is the same second; a second later there is a new one to write."""
    set_property(instance, CLIENT_CREDENTIALS_ENABLED, "true")
    client = make_client(instance, user=user)

    def asked_for() -> tuple[str, str | None]:
        body = body_of(own(browser, client))
        kept = records(instance, "oauth_credential").find(f"oauth_entity={client.sys_id}")
        return body["access_token"], kept.value("sys_mod_count") if kept else None

    first = asked_for()
    assert asked_for() == first
    clock.advance(seconds=1)
    assert asked_for() == (first[0], "1")


@contextmanager
def other_process(instance) -> Iterator[Any]:
    """A connection that the instance knows nothing of; what it changes is committed."""
    url = part_of(instance, Gate).store.engine.url
    if url.drivername.startswith("sqlite"):
        with closing(sqlite3.connect(url.database, timeout=HANGING)) as other, other:
            yield other
    else:
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, options="-c search_path=ticketlab_emulator") as other:
            yield other


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE oauth_entity SET active = false WHERE name = 'Security center'",
        "UPDATE oauth_entity SET client_secret = '' WHERE name = 'Security center'",
        "UPDATE sys_user SET locked_out = true WHERE user_name = 'tickets'",
    ],
)
def test_own_token_is_refused_as_soon_as_another_process_has_changed_its_client_or_user(instance, user, change):
    """Who they are is remembered as long as nobody writes, on every connection of the pool."""
    set_property(instance, CLIENT_CREDENTIALS_ENABLED, "true")
    client = make_client(instance, user=user, name="Security center")

    def ask(_number: int) -> bool:
        return is_opaque(own(ClientBrowser(instance.test_client()), client))

    with ThreadPoolExecutor(4) as pool:
        assert not any(pool.map(ask, range(12)))
        with other_process(instance) as other:
            assert other.execute(change).rowcount == 1
        assert all(pool.map(ask, range(12)))


def test_public_client_has_no_token_of_its_own(instance, browser, user):
    """It cannot prove who it is."""
    set_property(instance, CLIENT_CREDENTIALS_ENABLED, "true")
    client = make_client(instance, user=user, public_client=True)
    assert is_opaque(
        browser.post("/oauth_token.do", {"grant_type": "client_credentials", "client_id": client.client_id})
    )


KEYS = {
    "RS256": jwk.RSAKey.import_key(rsa.generate_private_key(65537, 2048)),
    "ES256": jwk.ECKey.import_key(ec.generate_private_key(ec.SECP256R1())),
    "ES512": jwk.ECKey.import_key(ec.generate_private_key(ec.SECP521R1())),
}


@pytest.fixture
def signer(instance, user):
    """A JWT endpoint whose user is known by e-mail, with one key of each kind."""
    records(instance, "sys_user").update(user, {"email": "tickets@example.com"})
    client = make_client(instance, "Signer", type="jwt_client")
    for algorithm, key in KEYS.items():
        pem = key.as_pem(private=False).decode()
        entry = {"name": algorithm, "oauth_entity": client.sys_id, "kid": algorithm, "certificate": pem}
        records(instance, "jwt_verifier_map").insert(entry)
    return client


@pytest.fixture
def signed(clock, signer):
    """Make an assertion; ``change`` replaces claims, None takes one away."""
    count = iter(range(1000))

    def _signed(algorithm: str = "RS256", key=None, kid: str | None = None, **change) -> str:
        claims = {
            "aud": signer.client_id,
            "iss": signer.client_id,
            "sub": "tickets@example.com",
            "exp": int((clock.now() + timedelta(minutes=5)).timestamp()),
            "jti": f"id-{next(count)}",
            **change,
        }
        header = {"alg": algorithm, "kid": kid or algorithm}
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(header, claims, key or KEYS[algorithm], algorithms=[algorithm])

    return _signed


def by_assertion(browser, client, assertion: str, **more):
    data = {"grant_type": JWT_BEARER, "assertion": assertion, **client.credentials, **more}
    return browser.post("/oauth_token.do", {name: value for name, value in data.items() if value})


@pytest.mark.source("platform 1.3", "D")
@pytest.mark.parametrize("algorithm", KEYS)
def test_signed_assertion_gives_a_token_of_its_subject(instance, browser, signer, signed, algorithm):
    """RSA and elliptic curves; no refresh token."""
    body = body_of(by_assertion(browser, signer, signed(algorithm)))
    assert list(body) == ["access_token", "scope", "token_type", "expires_in"]
    assert works(instance, body["access_token"])


@pytest.mark.source("platform 1.3", "D")
def test_assertion_is_good_once(instance, browser, signer, signed):
    """The check of jti."""
    assertion = signed()
    assert by_assertion(browser, signer, assertion).status == 200
    assert is_opaque(by_assertion(browser, signer, assertion))
    assert "jti was used before" in causes(instance)[-1]


@pytest.mark.source("platform 1.3", "D")
def test_assertion_may_be_late_by_the_skew(browser, clock, signer, signed):
    """300 seconds."""
    early, late = signed(), signed()
    clock.advance(seconds=599)
    assert by_assertion(browser, signer, early).status == 200
    clock.advance(seconds=1)
    assert is_opaque(by_assertion(browser, signer, late))


@pytest.mark.source("platform 1.3", "D")
@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"aud": "somebody else"}, "aud"),
        ({"aud": None}, "aud"),
        ({"iss": "somebody else"}, "iss"),
        ({"sub": "nobody@example.com"}, "email"),
        ({"sub": "x^ORuser_name=admin"}, "email"),
        ({"sub": None}, "no sub"),
        ({"sub": ["tickets@example.com"]}, "no sub"),
        ({"exp": None}, "exp"),
        ({"exp": "soon"}, "exp"),
        ({"exp": 10**30}, "exp"),
        ({"iat": 4102444800}, "future"),
        ({"jti": None}, "no jti"),
        ({"key": jwk.RSAKey.import_key(rsa.generate_private_key(65537, 2048))}, "signature"),
        ({"kid": "unknown"}, "signature"),
        ({"kid": "ES256"}, "signature"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_assertion_that_says_or_shows_the_wrong_thing_gives_nothing(instance, browser, signer, signed, change, cause):
    """Each cause is named in the log, none outside."""
    assert is_opaque(by_assertion(browser, signer, signed(**change)))
    assert cause in causes(instance)[-1]


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "é.é.é", "." * 100, "x" * 100_000, "bnVsbA.bnVsbA.bnVsbA"])
def test_assertion_that_is_none_gives_nothing(browser, signer, text):
    """Never a server error."""
    assert is_opaque(by_assertion(browser, signer, text))
    assert is_opaque(by_assertion(browser, OAuthClient("", "", ""), text))


def test_assertion_signed_with_nothing_gives_nothing(browser, signer, signed):
    """alg none, and a signature taken away."""
    header, claims, _ = signed().split(".")
    none = urlsafe_b64encode(b'{"alg":"none","kid":"RS256"}').rstrip(b"=").decode()
    assert is_opaque(by_assertion(browser, signer, f"{none}.{claims}."))
    assert is_opaque(by_assertion(browser, signer, f"{header}.{claims}."))


@pytest.mark.source("platform 1.3", "D")
def test_public_client_may_send_the_assertion_alone(instance, browser, signer, signed):
    """Its aud says who it is; a client with a secret has to show that."""
    bare = OAuthClient("", "", "")
    assert is_opaque(by_assertion(browser, bare, signed()))
    records(instance, "oauth_entity").update(signer.sys_id, {"public_client": True})
    assert by_assertion(browser, bare, signed()).status == 200


def test_certificate_verifies_like_a_key(instance, browser, signer, signed):
    """What an administrator uploads is a certificate as often as a key."""
    private = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "signer")])
    made = x509.CertificateBuilder(name, name, private.public_key(), 1).not_valid_before(
        datetime(2020, 1, 1, tzinfo=UTC)
    )
    made = made.not_valid_after(datetime(2040, 1, 1, tzinfo=UTC)).sign(private, hashes.SHA256())
    entry = {"name": "c", "oauth_entity": signer.sys_id, "kid": "c"}
    records(instance, "jwt_verifier_map").insert({**entry, "certificate": made.public_bytes(Encoding.PEM).decode()})
    key = jwk.RSAKey.import_key(private)
    assert by_assertion(browser, signer, signed("RS256", key, kid="c")).status == 200


@pytest.mark.source("platform 1.3", "D")
def test_implicit_grant_is_refused(instance, browser, client_app):
    """Never a token in an address."""
    answer = browser.post("/oauth_token.do", {"grant_type": "implicit", **client_app.credentials})
    assert (answer.status, answer.text) == (401, OPAQUE)


def test_every_failure_is_logged_with_its_transaction(instance, browser, client_app):
    """Level, source, cause and transaction in one row; the password in none."""
    by_password(browser, client_app, password="wrong secret text")
    row = records(instance, "syslog").find("source=com.glide.ui.ServletErrorListener^ORDERBYDESCsys_created_on")
    assert row.value("level") == "2"
    assert len(row.value("transaction")) == 12
    assert "wrong" not in row.value("message").replace("The password is wrong", "")
    assert PASSWORD not in row.value("message")


def test_user_is_locked_out_by_wrong_passwords_here_too(browser, client_app, user):
    """Five tries, then the right one is refused as well."""
    for _ in range(5):
        assert is_opaque(by_password(browser, client_app, password="wrong"))
    assert is_opaque(by_password(browser, client_app))


def test_second_user_with_the_same_email_makes_the_subject_unclear(instance, browser, signer, signed):
    """Nobody is picked by chance."""
    make_user(instance, "other", email="tickets@example.com")
    assert is_opaque(by_assertion(browser, signer, signed()))

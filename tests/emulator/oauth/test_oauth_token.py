"""The token endpoint: what it gives, what it refuses, and what it writes down."""

import base64
import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from oauth_flows import (
    CALLBACK,
    CHALLENGE,
    OPAQUE,
    VERIFIER,
    ClientBrowser,
    OAuthClient,
    authorize_path,
    code_for,
    consent_page,
    exchange,
    is_opaque,
    make_client,
    make_user,
    press,
    refresh,
)
from oauth_records import set_property
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.oauth.judging import Dead, Judge, TokenType
from ticketlab.emulator.oauth.policy import OAUTH_ACTIVE, POST_BODY_ONLY
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


def records(instance, table: str):
    return part_of(instance, Gate).record(table, Caller.system())


def causes(instance) -> list[str]:
    """What syslog says of failed token requests, newest last."""
    rows = records(instance, "syslog").query("source=com.glide.ui.ServletErrorListener^ORDERBYsys_created_on").rows
    return [row.value("message") for row in rows]


def works(instance, token: str) -> bool:
    return not isinstance(part_of(instance, Judge).token(token, TokenType.ACCESS), Dead)


@pytest.fixture
def tokens(browser, client_app):
    answer = exchange(browser, client_app, code_for(browser, client_app))
    assert answer.status == 200, answer
    return json.loads(answer.text)


@pytest.mark.source("platform 1.3", "F")
def test_success_has_the_recorded_body(browser, client_app):
    """Keys in the recorded order, 86-character tokens, one less than the lifespan."""
    answer = exchange(browser, client_app, code_for(browser, client_app))
    body = json.loads(answer.text)
    assert list(body) == ["access_token", "refresh_token", "scope", "token_type", "expires_in"]
    assert (body["scope"], body["token_type"], body["expires_in"]) == ("useraccount", "Bearer", 1799)
    assert len(body["access_token"]) == len(body["refresh_token"]) == 86
    assert answer.text == json.dumps(body, separators=(",", ":"))


@pytest.mark.attack("A27")
def test_a27_no_answer_is_kept_by_a_cache(browser, client_app):
    """no-store on tokens and refusals alike, as JSON."""
    for code in (code_for(browser, client_app), "unknown"):
        answer = exchange(browser, client_app, code)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"].lower() == "application/json;charset=utf-8"


@pytest.mark.source("platform 1.3", "F")
def test_failure_is_opaque_outside_and_named_inside(instance, browser, client_app):
    """One body for every cause; the cause is in syslog."""
    answer = exchange(browser, client_app, "unknown")
    assert (answer.status, answer.text) == (401, OPAQUE)
    assert answer.headers["X-Is-Logged-In"] == "false"
    assert causes(instance) == ["Exception on token flow - invalid_grant: The authorization code is unknown"]


@pytest.mark.source("platform 1.3", "C")
def test_exchange_without_the_secret_is_named_client_secret(instance, browser, client_app):
    """The log's own word for it."""
    bare = OAuthClient(client_app.sys_id, client_app.client_id, "")
    assert is_opaque(exchange(browser, bare, code_for(browser, client_app)))
    assert causes(instance) == ["Exception on token flow - client_secret"]


@pytest.mark.source("platform 1.3", "C")
def test_dead_refresh_token_is_named_invalid_token(instance, browser, client_app):
    """The log's sentence for it."""
    assert is_opaque(refresh(browser, client_app, "x" * 86))
    assert causes(instance) == ["Exception on token flow - invalid_token: The provided OAuth token is not valid"]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "0" * 32}, "invalid_client"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": "password"}, "invalid_request"),
        ({"grant_type": ""}, "unsupported_grant_type: Missing grant_type parameter value"),
        ({"grant_type": '"é\0'}, "unsupported_grant_type"),
        ({"redirect_uri": "https://evil.example/"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"code": ""}, "invalid_request"),
    ],
)
def test_refused_exchange_leaves_the_code_good(instance, browser, client_app, change, cause):
    """No token; nothing is burnt that should live; the cause is told inside."""
    code = code_for(browser, client_app)
    assert is_opaque(exchange(browser, client_app, code, **change))
    assert causes(instance)[-1].startswith(f"Exception on token flow - {cause}")
    assert exchange(browser, client_app, code).status == 200


@pytest.mark.attack("A16")
def test_a16_code_presented_by_another_client_stays_for_its_owner(instance, browser, client_app):
    """Refused there, good here."""
    other = make_client(instance, "Another")
    code = code_for(browser, client_app)
    assert is_opaque(exchange(browser, other, code))
    assert exchange(browser, client_app, code).status == 200


@pytest.mark.attack("A17")
@pytest.mark.source("platform 1.1", "D")
def test_a17_code_lives_sixty_seconds(instance, browser, client_app, clock):
    """The default of auth_code_lifespan."""
    late, last = code_for(browser, client_app), code_for(browser, client_app)
    clock.advance(seconds=59)
    assert exchange(browser, client_app, last).status == 200
    clock.advance(seconds=1)
    assert is_opaque(exchange(browser, client_app, late))
    assert causes(instance) == ["Exception on token flow - invalid_grant: The authorization code has expired"]


@pytest.mark.attack("A19")
def test_a19_code_with_something_appended_is_unknown(browser, client_app):
    """Every character counts."""
    code = code_for(browser, client_app)
    changed = (f"{code}&client_id=x", f"{code}\0", f" {code}", f"{code}\n", code.swapcase())
    assert all(is_opaque(exchange(browser, client_app, each)) for each in changed)


def test_lifespans_come_from_the_entity(instance, browser, client_app, clock):
    """expires_in, and when the tokens die, follow the record."""
    changes = {"access_token_lifespan": 60, "refresh_token_lifespan": 120}
    records(instance, "oauth_entity").update(client_app.sys_id, changes)
    body = json.loads(exchange(browser, client_app, code_for(browser, client_app)).text)
    assert body["expires_in"] == 59
    clock.advance(seconds=61)
    assert not works(instance, body["access_token"])
    assert refresh(browser, client_app, body["refresh_token"]).status == 200
    clock.advance(seconds=60)
    assert is_opaque(refresh(browser, client_app, body["refresh_token"]))


@pytest.mark.parametrize("lifespan", [0, -5, 2_147_483_647])
def test_strange_lifespan_is_no_error(instance, browser, client_app, lifespan):
    """Zero and less mean the default; the greatest used in practice works."""
    records(instance, "oauth_entity").update(client_app.sys_id, {"access_token_lifespan": lifespan})
    body = json.loads(exchange(browser, client_app, code_for(browser, client_app)).text)
    assert body["expires_in"] == (lifespan if lifespan > 0 else 1800) - 1


@pytest.mark.source("platform 1.5", "D")
def test_asking_again_gives_the_live_token_with_a_new_expiry(instance, browser, client_app, tokens, clock):
    """By a new consent as by a refresh: the same access token, pushed out to a full lifespan."""
    clock.advance(minutes=20)
    again = json.loads(exchange(browser, client_app, code_for(browser, client_app)).text)
    assert again == tokens
    clock.advance(minutes=20)
    assert json.loads(refresh(browser, client_app, tokens["refresh_token"]).text) == tokens
    clock.advance(minutes=29)
    assert works(instance, tokens["access_token"])


@pytest.mark.source("platform 1.5", "D")
def test_expired_access_token_is_followed_by_a_new_one(instance, browser, client_app, tokens, clock):
    """After the lifespan a refresh gives another token; the refresh token stays."""
    clock.advance(minutes=31)
    assert not works(instance, tokens["access_token"])
    fresh = json.loads(refresh(browser, client_app, tokens["refresh_token"]).text)
    assert fresh["access_token"] != tokens["access_token"]
    assert fresh["refresh_token"] == tokens["refresh_token"]
    assert works(instance, fresh["access_token"])
    assert not works(instance, tokens["access_token"])


@pytest.mark.source("platform 1.5", "D")
def test_refresh_does_not_prolong_the_refresh_token(browser, client_app, tokens, clock):
    """A hundred days after the consent it is over, however often it was used."""
    clock.advance(days=99)
    assert refresh(browser, client_app, tokens["refresh_token"]).status == 200
    clock.advance(days=1)
    assert is_opaque(refresh(browser, client_app, tokens["refresh_token"]))


def test_one_credential_of_each_type_for_a_client_and_a_user(instance, browser, client_app, tokens, clock):
    """Expired rows are replaced, so the table does not grow with every half hour."""
    for _ in range(3):
        clock.advance(minutes=31)
        refresh(browser, client_app, tokens["refresh_token"])
    rows = records(instance, "oauth_credential").query(f"oauth_entity={client_app.sys_id}").rows
    assert sorted(row.value("type") for row in rows) == ["access_token", "refresh_token"]


def test_tokens_and_codes_are_kept_hashed(instance, browser, client_app):
    """Neither the database nor its journal holds a code or token that was given out."""
    code = code_for(browser, client_app)
    body = json.loads(exchange(browser, client_app, code).text)
    kept = b"".join(path.read_bytes() for path in Path(instance.instance_path).rglob("*.db*"))
    for given in (code, body["access_token"], body["refresh_token"], client_app.secret):
        assert given.encode() not in kept


@pytest.mark.attack("A28")
def test_a28_refresh_by_another_client_is_refused(instance, browser, client_app, tokens):
    """And the owner's token goes on living."""
    other = make_client(instance, "Another")
    assert is_opaque(refresh(browser, other, tokens["refresh_token"]))
    assert refresh(browser, client_app, tokens["refresh_token"]).status == 200


def test_tokens_are_of_one_kind_each(instance, browser, client_app, tokens):
    """A refresh token opens no API; an access token refreshes nothing."""
    assert not works(instance, tokens["refresh_token"])
    assert is_opaque(refresh(browser, client_app, tokens["access_token"]))


@pytest.mark.attack("A32")
@pytest.mark.parametrize("values", [{"active": False}, {"locked_out": True}])
def test_a32_unusable_user_refreshes_nothing(instance, browser, client_app, tokens, user, values):
    """With the next request the tokens of a locked or inactive user are dead; unlocking revives them."""
    records(instance, "sys_user").update(user, values)
    assert is_opaque(refresh(browser, client_app, tokens["refresh_token"]))
    assert not works(instance, tokens["access_token"])
    records(instance, "sys_user").update(user, {"active": True, "locked_out": False})
    assert works(instance, tokens["access_token"])


@pytest.mark.attack("A32")
def test_a32_inactive_client_refreshes_nothing(instance, browser, client_app, tokens):
    """Unticking Active in the application registry cuts the connection."""
    records(instance, "oauth_entity").update(client_app.sys_id, {"active": False})
    assert is_opaque(refresh(browser, client_app, tokens["refresh_token"]))
    assert not works(instance, tokens["access_token"])


@pytest.mark.parametrize("values", [{"active": False}, {"locked_out": True}])
def test_code_of_an_unusable_user_gives_nothing(instance, browser, client_app, user, values):
    """Locked out between consent and exchange."""
    code = code_for(browser, client_app)
    records(instance, "sys_user").update(user, values)
    assert is_opaque(exchange(browser, client_app, code))


def test_code_challenge_and_its_verifier_work(browser, client_app):
    """PKCE by S256, beside the secret."""
    code = code_for(browser, client_app, **PKCE)
    assert exchange(browser, client_app, code, code_verifier=VERIFIER).status == 200


@pytest.mark.source("platform 1.3", "F")
def test_public_client_needs_the_verifier_alone(instance, browser, user):
    """A captured exchange without secret did return a refresh token."""
    public = make_client(instance, "Phone", public_client=True)
    bare = OAuthClient(public.sys_id, public.client_id, "")
    code = code_for(browser, public, **PKCE)
    body = json.loads(exchange(browser, bare, code, code_verifier=VERIFIER).text)
    assert body["refresh_token"]
    assert is_opaque(exchange(browser, bare, code_for(browser, public, **PKCE)))


@pytest.mark.attack("A14")
def test_a14_verifier_without_a_challenge_is_refused(browser, client_app):
    """RFC 9700 4.8: nobody may take the challenge out of a request unseen."""
    assert is_opaque(exchange(browser, client_app, code_for(browser, client_app), code_verifier=VERIFIER))


@pytest.mark.attack("A05")
@pytest.mark.parametrize("name", ["grant_type", "code", "client_id", "client_secret", "redirect_uri"])
def test_a05_token_parameter_sent_twice_is_refused(browser, client_app, name):
    """400 invalid_request, and the code is still good."""
    code = code_for(browser, client_app)
    data = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        **client_app.credentials,
    }
    answer = browser.post("/oauth_token.do", {**data, name: [data[name], data[name]]})
    assert answer.status == 400
    assert json.loads(answer.text)["error"] == "invalid_request"
    assert exchange(browser, client_app, code).status == 200


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


@pytest.mark.source("rest 10", "C")
def test_client_may_authenticate_by_basic(browser, client_app):
    """requests-oauthlib, authlib and pysnow send id and secret in the header and neither in the body."""
    data = {"grant_type": "authorization_code", "code": code_for(browser, client_app), "redirect_uri": CALLBACK}
    answer = browser.post("/oauth_token.do", data, basic(client_app.client_id, client_app.secret))
    assert answer.status == 200


@pytest.mark.attack("A22")
def test_a22_basic_beside_a_secret_in_the_body_is_refused(browser, client_app):
    """One way of authenticating at a time."""
    data = {"grant_type": "authorization_code", "code": code_for(browser, client_app), "redirect_uri": CALLBACK}
    headers = basic(client_app.client_id, client_app.secret)
    assert browser.post("/oauth_token.do", {**data, **client_app.credentials}, headers).status == 401


@pytest.mark.source("platform 1.3", "D")
def test_query_parameters_count_unless_the_property_forbids(instance, browser, client_app):
    """True on instances built on Madrid or later; missing means allowed."""
    code = code_for(browser, client_app)
    data = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **client_app.credentials}
    path = f"/oauth_token.do?{urlencode(data)}"
    assert is_opaque(browser.post(path, {}))
    row = records(instance, "sys_properties").find(f"name={POST_BODY_ONLY}")
    records(instance, "sys_properties").delete(row.sys_id)
    assert browser.post(path, {}).status == 200


@pytest.mark.attack("A25")
def test_a25_only_post_with_a_form_is_answered(browser, client_app):
    """GET, PUT and a JSON body give no token."""
    assert browser.client.get("/oauth_token.do").status_code == 405
    assert browser.client.put("/oauth_token.do").status_code == 405
    data = {"grant_type": "authorization_code", "code": code_for(browser, client_app), **client_app.credentials}
    assert browser.client.post("/oauth_token.do", json=data).status_code == 401


def test_named_host_over_http_works(browser, client_app):
    """Authlib refuses http on named hosts; the lab is reached by any name (trap 11)."""
    code = code_for(browser, client_app)
    data = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **client_app.credentials}
    assert browser.post("/oauth_token.do", data, {"Host": "emulator.example:8080"}).status == 200


@pytest.mark.source("platform 1.0", "D")
def test_oauth_switched_off_gives_no_tokens(instance, browser, client_app, tokens):
    """The plugin's property."""
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    stranger = ClientBrowser(instance.test_client())
    set_property(instance, OAUTH_ACTIVE, "false")
    assert is_opaque(refresh(browser, client_app, tokens["refresh_token"]))
    assert browser.get(authorize_path(client_app)).status == 400
    assert stranger.get("/api/now/table/incident", headers).status == 401
    set_property(instance, OAUTH_ACTIVE, "true")
    assert stranger.get("/api/now/table/incident", headers).status == 200


@pytest.mark.source("platform 2.1", "C")
def test_secret_written_as_a_record_does_not_work(instance, browser, client_app):
    """The Table API stores it unsealed: later a 401."""
    records(instance, "oauth_entity").update(client_app.sys_id, {"client_secret": "my own"})
    written = OAuthClient(client_app.sys_id, client_app.client_id, "my own")
    assert is_opaque(exchange(browser, written, code_for(browser, client_app)))


def test_sealed_secret_of_another_record_does_not_work(instance, browser, client_app):
    """A sealed value copied into another client opens nothing there."""
    other = make_client(instance, "Another")
    sealed = records(instance, "oauth_entity").get(other.sys_id).native("client_secret")
    records(instance, "oauth_entity").update(client_app.sys_id, {"client_secret": sealed})
    written = OAuthClient(client_app.sys_id, client_app.client_id, other.secret)
    assert is_opaque(exchange(browser, written, code_for(browser, client_app)))


def test_consents_of_two_users_give_two_connections(instance, client_app, tokens):
    """A credential belongs to a client and a user."""
    make_user(instance, "second")
    second = ClientBrowser(instance.test_client())
    page = consent_page(second, authorize_path(client_app), "second")
    body = json.loads(exchange(second, client_app, press(second, page).query["code"]).text)
    assert body["access_token"] != tokens["access_token"]
    assert works(instance, tokens["access_token"])

"""What a token stands for: the bearer as caller, revocation, and what an entity's status tells."""

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import request
from oauth_flows import ClientBrowser, code_for, exchange, is_opaque, make_client, make_user, refresh
from ticketlab.emulator import create_app
from ticketlab.emulator.access.caller import Caller, Channel
from ticketlab.emulator.errors import NotAuthenticated, ScopeRefused
from ticketlab.emulator.identity.authenticators import Authenticators
from ticketlab.emulator.oauth.connection_status import ConnectionState, ConnectionStatuses
from ticketlab.emulator.oauth.policy import POST_BODY_ONLY
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.settings import Settings
from ticketlab.emulator.testing import close
from ticketlab.shared.errors import BadInput
from ticketlab.shared.seed_image import save_image
from ticketlab.shared.web.parts import part_of


@pytest.fixture
def tokens(browser, client_app):
    return json.loads(exchange(browser, client_app, code_for(browser, client_app)).text)


def caller_of(instance, path: str = "/api/now/table/incident", token: str = "") -> Caller:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with instance.test_request_context(path, headers=headers):
        return part_of(instance, Authenticators).caller_of(request)


def status(instance, client_app):
    return part_of(instance, ConnectionStatuses).of(client_app.sys_id)


def test_bearer_identifies_its_user_and_credential(instance, tokens, user):
    """The user who consented, on the REST channel, by this credential."""
    caller = caller_of(instance, token=tokens["access_token"])
    assert (caller.user, caller.user_name, caller.channel) == (user, "tickets", Channel.REST)
    assert len(caller.credential) == 32


@pytest.mark.attack("A36")
@pytest.mark.parametrize("token", ["x", "x" * 86, "é", "x" * 100_000, "a b c"])
def test_a36_garbage_token_is_nobody(instance, token):
    """401, whatever it is."""
    with pytest.raises(NotAuthenticated):
        caller_of(instance, token=token)


@pytest.mark.source("platform 1.4", "D")
def test_token_in_the_address_counts_unless_the_property_forbids(instance, tokens):
    """A documented example, hardened away since Madrid."""
    path = f"/api/now/table/incident?access_token={tokens['access_token']}"
    with pytest.raises(NotAuthenticated):
        caller_of(instance, path)
    properties = part_of(instance, Gate).record("sys_properties", Caller.system())
    properties.delete(properties.find(f"name={POST_BODY_ONLY}").sys_id)
    assert caller_of(instance, path).user_name == "tickets"


@pytest.mark.source("rest 7", "C")
def test_token_in_a_batchs_address_speaks_for_its_requests(instance, tokens):
    """They carry none of their own."""
    properties = part_of(instance, Gate).record("sys_properties", Caller.system())
    properties.delete(properties.find(f"name={POST_BODY_ONLY}").sys_id)
    who = {"id": "1", "method": "GET", "url": "/api/now/ui/user/current_user"}
    path = f"/api/now/v1/batch?access_token={tokens['access_token']}"
    (found,) = instance.test_client().post(path, json={"rest_requests": [who]}).json["serviced_requests"]
    assert json.loads(base64.b64decode(found["body"]))["result"]["user_name"] == "tickets"


@pytest.mark.source("platform 1.0", "D")
@pytest.mark.parametrize("path", ["/oauth_revoke_token.do", "/oauth_revoke.do"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_revoking_needs_no_authentication(instance, browser, tokens, path, method):
    """Both paths answer, by query and by form."""
    token = tokens["access_token"]
    answer = browser.get(f"{path}?token={token}") if method == "get" else browser.post(path, {"token": token})
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    with pytest.raises(NotAuthenticated):
        caller_of(instance, token=token)


@pytest.mark.attack("A34")
def test_a34_revoked_refresh_token_takes_its_access_token_along(instance, browser, client_app, tokens):
    """Removing the connection ends it at once."""
    browser.post("/oauth_revoke_token.do", {"token": tokens["refresh_token"]})
    assert is_opaque(refresh(browser, client_app, tokens["refresh_token"]))
    with pytest.raises(NotAuthenticated):
        caller_of(instance, token=tokens["access_token"])


@pytest.mark.attack("A34")
@pytest.mark.parametrize("token", ["", "x", "x" * 86, "é"])
def test_a34_revoking_nothing_is_fine(browser, client_app, tokens, token):
    """200, and nothing changes."""
    assert browser.post("/oauth_revoke_token.do", {"token": token}).status == 200
    assert refresh(browser, client_app, tokens["refresh_token"]).status == 200


def test_revoked_access_token_leaves_the_connection(instance, browser, client_app, tokens):
    """A refresh gives another one."""
    browser.post("/oauth_revoke_token.do", {"token": tokens["access_token"]})
    fresh = json.loads(refresh(browser, client_app, tokens["refresh_token"]).text)
    assert fresh["access_token"] != tokens["access_token"]
    assert caller_of(instance, token=fresh["access_token"]).user_name == "tickets"


def test_status_before_any_consent_is_not_authorised(instance, client_app):
    found = status(instance, client_app)
    assert (found.state, found.user, found.since) == (ConnectionState.NOT_AUTHORISED, "", None)


def test_status_of_a_connection_tells_who_since_when_and_the_last_call(instance, client_app, tokens, user, clock):
    """What the scoped app shows of its connection."""
    since = clock.now()
    found = status(instance, client_app)
    assert (found.state, found.user, found.user_name) == (ConnectionState.CONNECTED, user, "tickets")
    assert (found.since, found.last_call) == (since, None)
    clock.advance(minutes=5)
    caller_of(instance, token=tokens["access_token"])
    assert status(instance, client_app).last_call == since + timedelta(minutes=5)


def test_status_survives_the_access_token(instance, browser, client_app, tokens, clock):
    """A connection lives as long as it can be refreshed; its last call is not forgotten meanwhile."""
    caller_of(instance, token=tokens["access_token"])
    called = clock.now()
    clock.advance(minutes=31)
    assert status(instance, client_app).state is ConnectionState.CONNECTED
    refresh(browser, client_app, tokens["refresh_token"])
    assert status(instance, client_app).last_call == called


def test_status_when_the_refresh_token_has_expired(instance, client_app, tokens, clock):
    clock.advance(days=101)
    assert status(instance, client_app).state is ConnectionState.EXPIRED


def test_status_tells_of_a_revoked_connection(instance, browser, client_app, tokens):
    browser.post("/oauth_revoke_token.do", {"token": tokens["refresh_token"]})
    found = status(instance, client_app)
    assert (found.state, found.user_name) == (ConnectionState.REVOKED, "tickets")


def test_status_after_connecting_again_is_of_the_new_connection(instance, browser, client_app, tokens, clock):
    """A later consent starts a new history."""
    caller_of(instance, token=tokens["access_token"])
    browser.post("/oauth_revoke_token.do", {"token": tokens["refresh_token"]})
    clock.advance(hours=1)
    exchange(browser, client_app, code_for(browser, client_app))
    found = status(instance, client_app)
    assert (found.state, found.since, found.last_call) == (ConnectionState.CONNECTED, clock.now(), None)


def test_status_tells_the_latest_of_two_users(instance, browser, client_app, tokens, clock):
    """Authorised again as somebody else: that is who is connected now."""
    clock.advance(minutes=1)
    make_user(instance, "second")
    other = ClientBrowser(instance.test_client())
    exchange(other, client_app, code_for(other, client_app, "second"))
    assert status(instance, client_app).user_name == "second"


@pytest.mark.sqlite
def test_reading_with_a_token_writes_nothing_to_the_records(instance, tokens):
    """The last use is noted in the lab's database, at most once a second."""
    database = Path(instance.instance_path) / "emulator.db-wal"
    before = database.stat()
    for _ in range(5):
        caller_of(instance, token=tokens["access_token"])
    after = database.stat()
    assert (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)


@pytest.mark.sqlite
def test_tokens_are_dead_under_another_key(instance, client_app, tokens, tmp_path):
    """A database restored beside other keys holds no token that works, and no secret that opens."""
    save_image(part_of(instance, Gate).store.engine, tmp_path / "emulator.db")
    restored = create_app(Settings(data=tmp_path, log_to_terminal=False, password_memory_kib=64))
    with pytest.raises(NotAuthenticated):
        caller_of(restored, token=tokens["access_token"])
    close(restored)


def test_client_made_as_a_scope_is_refused_where_the_scope_is(instance):
    """The scoped app's checklist makes its client through the gate like everything else."""
    gate = part_of(instance, Gate)
    tables = gate.record("sys_db_object", Caller.system())
    tables.update(tables.find("name=oauth_entity").sys_id, {"read_access": False})
    admin = Caller("6816f79cc0a8016401c5a33be04be441", "admin", frozenset({"admin"}))
    with pytest.raises(ScopeRefused) as refused:
        make_client(instance, caller=admin.as_scope("x_mioms_m365ticket"))
    assert "'oauth_entity' from scope 'x_mioms_m365ticket' has been refused" in refused.value.message
    assert gate.record("oauth_entity", Caller.system()).find("name=Security + Compliance Connector") is None


@pytest.mark.attack("A44")
@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "data:text/html,x", "https://a.example/#part", "a b", "http://["]
)
def test_a44_client_with_a_dangerous_redirect_url_is_not_made(instance, url):
    """What could never be redirected to safely is refused at once."""
    with pytest.raises(BadInput):
        make_client(instance, redirect_url=url)

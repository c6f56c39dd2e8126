"""Attacks on the authorization server, against a real one with two worker processes."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from oauth_flows import (
    CALLBACK,
    CHALLENGE,
    VERIFIER,
    HttpBrowser,
    OAuthClient,
    authorize_path,
    code_for,
    exchange,
    is_opaque,
    make_client_over_http,
    make_user_over_http,
    refresh,
)
from patience import HANGING
from ticketlab.shared.command.ports import Port
from ticketlab.shared.command.server import Server, wait_for

PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of this module's own, with an integration user on it."""
    folder: Path = tmp_path_factory.mktemp("attacked")
    port = Port("127.0.0.1", 0)
    environment = {
        "TICKETLAB_DATA": str(folder),
        "TICKETLAB_EMULATOR_URL": port.url,
        "TICKETLAB_WORKERS": "2",
    }
    server = Server("emulator", port, environment)
    server.start()
    try:
        wait_for((server,), seconds=HANGING)
        make_user_over_http(server.url)
        yield server.url
    finally:
        server.stop()


@pytest.fixture
def browser(url: str) -> HttpBrowser:
    return HttpBrowser(url)


@pytest.fixture
def client_app(url: str) -> OAuthClient:
    return make_client_over_http(url)


def calls(url: str, token: str) -> int:
    """The status of an API call with a token."""
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{url}/api/now/table/incident?sysparm_limit=1", headers=headers, timeout=HANGING).status_code


def is_well(url: str) -> bool:
    """The oracle after every attack: the instance still answers."""
    return requests.get(f"{url}/lab/health", timeout=HANGING).status_code == 200


@pytest.mark.attack("A11")
@pytest.mark.parametrize("method", ["plain", "", "s256", "S512", "é"])
def test_a11_challenge_by_any_method_but_s256_is_refused(url, browser, client_app, method):
    """``plain`` or none would let whoever reads the request redeem its code."""
    answer = browser.get(authorize_path(client_app, code_challenge=CHALLENGE, code_challenge_method=method))
    assert answer.status == 400
    assert "Location" not in answer.headers
    assert is_well(url)


@pytest.mark.attack("A13")
@pytest.mark.parametrize("verifier", ["", "w" * 64, "v" * 63, "v" * 42, "v" * 129, "é" * 64, CHALLENGE])
def test_a13_missing_or_wrong_verifier_gives_nothing_and_burns_the_code(url, browser, client_app, verifier):
    """No token; and the right verifier comes too late."""
    code = code_for(browser, client_app, **PKCE)
    assert is_opaque(exchange(browser, client_app, code, code_verifier=verifier))
    assert is_opaque(exchange(browser, client_app, code, code_verifier=VERIFIER))
    assert is_well(url)


@pytest.mark.attack("A13")
def test_a13_verifier_of_another_flow_burns_the_code(browser, client_app):
    """A code injected into somebody else's flow meets that flow's verifier."""
    mine = code_for(browser, client_app, **PKCE)
    assert is_opaque(exchange(browser, client_app, mine, code_verifier="another-flows-own-verifier" * 2))
    assert is_opaque(exchange(browser, client_app, mine, code_verifier=VERIFIER))


@pytest.mark.attack("A15")
def test_a15_second_use_of_a_code_is_refused_and_the_first_tokens_live(url, browser, client_app):
    """The platform's default profile: reuse revokes nothing."""
    code = code_for(browser, client_app)
    first = exchange(browser, client_app, code)
    assert first.status == 200
    assert is_opaque(exchange(browser, client_app, code))
    tokens = json.loads(first.text)
    assert calls(url, tokens["access_token"]) == 200
    assert refresh(browser, client_app, tokens["refresh_token"]).status == 200


UNREADABLE = [
    "Basic",
    "Basic ",
    "Basic %%%not-base64%%%",
    "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
    "Basic " + base64.b64encode(b"no colon").decode(),
    "Basic " + base64.b64encode(b":").decode(),
    "Basic " + base64.b64encode(b"a" * 100_000 + b":b").decode(),
    "Basic " + base64.b64encode("ä:ö".encode()).decode(),
    "Basic " + base64.b64encode(b"admin\0:admin").decode(),
    "basic " + base64.b64encode(b"x^ORuser_name=admin:admin").decode(),
]


@pytest.mark.attack("A23")
@pytest.mark.parametrize("header", UNREADABLE, ids=range(len(UNREADABLE)))
def test_a23_unreadable_basic_header_is_refused(url, browser, client_app, header):
    """At the API and at the token endpoint: 401 (or the server's own limit of headers), never 500."""
    headers = {"Authorization": header}
    api = requests.get(f"{url}/api/now/table/incident", headers=headers, timeout=HANGING)
    data = {"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK}
    token = browser.post("/oauth_token.do", data, headers)
    allowed = {401, 431} if len(header) > 10_000 else {401}
    assert api.status_code in allowed
    assert token.status in allowed
    assert is_well(url)


SECRETS = ["", "é", "\0", "\N{PILE OF POO}", "x" * 1_000_000, "'\"^", " "]
NO_UTF_8 = [b"client_secret=%ff%fe", b"client_secret=\xff\xfe", b"\0\0\0", b"&&&==&=", b"client_secret"]


@pytest.mark.attack("A24")
@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
def test_a24_strange_client_secret_is_refused(url, browser, client_app, secret):
    """Outside ASCII, empty, NUL, 1 MB; in the body and by Basic: 401, 400 or 413, never 500; the code stays good."""
    code = code_for(browser, client_app)
    data = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    body = browser.post("/oauth_token.do", {**data, "client_id": client_app.client_id, "client_secret": secret})
    assert body.status in {400, 401, 413}
    if len(secret) < 1000:
        pair = base64.b64encode(f"{client_app.client_id}:{secret}".encode()).decode()
        assert browser.post("/oauth_token.do", data, {"Authorization": f"Basic {pair}"}).status in {400, 401}
    assert exchange(browser, client_app, code).status == 200
    assert is_well(url)


@pytest.mark.attack("A24")
@pytest.mark.parametrize("raw", NO_UTF_8, ids=range(len(NO_UTF_8)))
def test_a24_form_that_is_no_utf_8_is_refused(url, client_app, raw):
    """Bytes that are no text in the form's body."""
    data = b"grant_type=authorization_code&code=x&client_id=" + client_app.client_id.encode() + b"&" + raw
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = requests.post(f"{url}/oauth_token.do", data=data, headers=headers, timeout=HANGING)
    assert answer.status_code in {400, 401}
    assert is_well(url)

"""Attacks on the authorization endpoint and the consent, under both profiles (attacks A01 to A12, A38 to A44)."""

from urllib.parse import quote, urlsplit

import pytest
from oauth_flows import CALLBACK, OAuthClient, authorize_path, consent_page, log_in, make_client, press
from oauth_profiles import PKCE, World, profile, world
from oauth_records import records, set_property
from ticketlab.emulator.oauth.codes import AuthorizationCode
from ticketlab.emulator.oauth.policy import STATE_REQUIRED
from ticketlab.emulator.oauth.redirects import login_path
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.errors import BadInput
from ticketlab.shared.web.parts import part_of

__all__ = ["profile", "world"]


def path_of(client: OAuthClient, **more: str) -> str:
    return authorize_path(client, **{**PKCE, **more})


def shown(world: World, client: OAuthClient, **more: str):
    """The page that asks, or whatever came instead."""
    consent_page(world.browser, path_of(client))  # somebody is logged in
    return world.browser.get(path_of(client, **more))


def is_page(answer) -> bool:
    """An error page for the person, and nothing for anybody else."""
    return answer.status == 400 and "Location" not in answer.headers


@pytest.mark.attack("A01")
@pytest.mark.attack("A02")
@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        f"{CALLBACK}/",
        CALLBACK.upper(),
        CALLBACK.replace("http:", "https:"),
        CALLBACK.replace("8090", "8091"),
        CALLBACK.replace("127.0.0.1", "127.0.0.1.evil.example"),
        CALLBACK.replace("127.0.0.1", "evil.127.0.0.1"),
        f"{CALLBACK}?more=1",
        f"{CALLBACK}#part",
        f"{CALLBACK}/..%2f",
        CALLBACK.replace("http://", "http://evil.example@"),
        CALLBACK.removesuffix("callback"),
        CALLBACK.replace("127.0.0.1", "127。0。0。1"),
    ],
)
def test_a02_near_miss_of_the_redirect_uri_is_shown_and_not_followed(world: World, uri: str):
    """Exact in both profiles: the platform validates on the server, too."""
    answer = shown(world, world.client(), redirect_uri=uri)
    assert is_page(answer)
    assert "Invalid redirect_uri" in answer.text


@pytest.mark.attack("A03")
@pytest.mark.parametrize("registered", [CALLBACK, f"{CALLBACK},https://second.example/cb"])
def test_a03_an_absent_redirect_uri_means_the_first_one_or_is_refused(world: World, registered: str):
    """‡ The platform takes the first registered one; a hardened client has to say."""
    client = make_client(world.instance, redirect_url=registered)
    answer = shown(world, client, redirect_uri="")
    assert is_page(answer) == world.hardened
    if not world.hardened:
        assert press(world.browser, answer).location.startswith(f"{CALLBACK}?code=")


@pytest.mark.attack("A04")
def test_a04_unknown_or_disabled_client_gets_a_page(world: World):
    """No redirect for somebody we do not know."""
    client = world.client()
    assert is_page(shown(world, client, client_id="0" * 32))
    records(world.instance, "oauth_entity").update(client.sys_id, {"active": False})
    assert is_page(world.browser.get(path_of(client)))


@pytest.mark.attack("A05")
@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method"])
def test_a05_authorization_parameter_sent_twice_is_refused(world: World, name: str):
    """Two values of one could be read by two readers as two requests."""
    path = path_of(world.client())
    assert is_page(world.browser.get(f"{path}&{name}=x"))


@pytest.mark.attack("A06")
def test_a06_unknown_parameters_are_ignored(world: World):
    """The flow completes."""
    answer = press(world.browser, shown(world, world.client(), nonsense="1", grant_type="authorization_code"))
    assert "code" in answer.query


@pytest.mark.attack("A07")
@pytest.mark.parametrize("response_type", ["", "token", "id_token", "code token"])
def test_a07_other_response_type_is_sent_back_as_an_error(world: World, response_type: str):
    """Never a token in an address."""
    answer = shown(world, world.client(), response_type=response_type)
    assert answer.query["error"] == "unsupported_response_type"
    assert "access_token" not in answer.location


@pytest.mark.attack("A08")
@pytest.mark.parametrize("scope", ["unknown", "useraccount unknown"])
def test_a08_an_unknown_scope_is_ignored_or_refused(world: World, scope: str):
    """‡ The platform ignores it; a hardened client is told."""
    answer = shown(world, world.client(), scope=scope)
    if world.hardened:
        assert answer.query["error"] == "invalid_scope"
    else:
        assert "code" in press(world.browser, answer).query


@pytest.mark.attack("A09")
@pytest.mark.parametrize("state", ["", "x", "x" * 2000, "é☃", "a\r\nSet-Cookie: x=1", "<script>alert(1)</script>"])
def test_a09_state_comes_back_as_it_went(world: World, state: str):
    """Byte for byte, or not at all; a header is never split."""
    set_property(world.instance, STATE_REQUIRED, "false")
    answer = press(world.browser, shown(world, world.client(), state=state))
    set_property(world.instance, STATE_REQUIRED, "true")
    assert answer.query.get("state", "") == state
    assert "Set-Cookie: x=1" not in str(answer.headers)


@pytest.mark.attack("A10")
def test_a10_confidential_client_without_a_challenge(world: World):
    """‡ A hardened one needs PKCE beside its secret."""
    answer = shown(world, world.client(), code_challenge="", code_challenge_method="")
    assert is_page(answer) == world.hardened


@pytest.mark.attack("A11")
@pytest.mark.parametrize("method", ["plain", "", "S512"])
def test_a11_challenge_by_any_method_but_s256_is_refused(world: World, method: str):
    """‡ One constant for the platform."""
    assert is_page(shown(world, world.client(), code_challenge_method=method))


@pytest.mark.attack("A12")
@pytest.mark.parametrize("challenge", ["c" * 42, "c" * 129, "ü" * 43, "c" * 42 + "="])
def test_a12_challenge_that_is_none_is_refused(world: World, challenge: str):
    """43 to 128 characters of one alphabet."""
    assert is_page(shown(world, world.client(), code_challenge=challenge))


@pytest.mark.attack("A38")
def test_a38_consent_that_our_page_did_not_send_is_refused(world: World):
    """Without its token, from another site, or in a frame."""
    page = shown(world, world.client())
    assert press(world.browser, page, sysparm_ck="0" * 72).status == 403
    data = {"sysparm_ck": page.hidden("sysparm_ck"), "oauth_auth_check_action": "authorize"}
    assert world.browser.post("/oauth_auth.do", data, {"Sec-Fetch-Site": "cross-site"}).status == 403
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.attack("A39")
def test_a39_consent_is_once_and_for_what_was_shown(world: World):
    """Changed parameters change nothing; after it the same form is out of date, and after a logout any is."""
    client = world.client()
    page = shown(world, client)
    answer = press(world.browser, page, redirect_uri="https://evil.example/", client_id="0" * 32)
    assert answer.location.startswith(f"{CALLBACK}?")
    assert press(world.browser, page).status == 400
    stranger = world.stranger()
    open_page = consent_page(stranger, path_of(client))
    stranger.get("/logout.do")
    assert "code=" not in press(stranger, open_page).headers.get("Location", "")


def codes(world: World) -> int:
    with part_of(world.instance, Gate).store.reading() as connection:
        return len(connection.execute(AuthorizationCode.__table__.select()).all())


@pytest.mark.attack("A40")
def test_a40_denied_consent_is_told_to_the_client(world: World):
    """access_denied and the state, and no code anywhere. ‡ Who answers, where the profile says so."""
    page = shown(world, world.client())
    before = codes(world)
    answer = press(world.browser, page, "deny")
    issuer = {"iss": "http://localhost"} if world.hardened else {}
    assert answer.query == {"error": "access_denied", "state": "s-1", **issuer}
    assert codes(world) == before


@pytest.mark.attack("A41")
def test_a41_answers_name_the_issuer_of_the_metadata(world: World):
    """‡ RFC 9207 and 8414: one issuer everywhere, and only what works is listed. The platform has neither."""
    client = world.client()
    answers = [press(world.browser, shown(world, client)), shown(world, client, response_type="token")]
    address = "/.well-known/oauth-authorization-server"
    if not world.hardened:
        assert all("iss" not in each.query for each in answers)
        assert world.browser.get(address).headers["Content-Type"] != "application/json"
        return
    told = world.browser.client.get(address).json
    assert {each.query["iss"] for each in answers} == {told["issuer"]}
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert "password" not in told["grant_types_supported"]
    assert "client_credentials" not in told["grant_types_supported"]
    statuses = {
        name: world.browser.client.post(urlsplit(told[name]).path, data={}).status_code
        for name in ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "introspection_endpoint")
    }
    assert list(statuses.values()) == [403, 400, 200, 401]


@pytest.mark.attack("A42")
@pytest.mark.parametrize(
    "back", ["//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)", "%2f%2fevil"]
)
def test_a42_login_inside_the_flow_leads_to_our_own_host(world: World, back: str):
    """Wherever its address was told to lead."""
    browser = world.stranger()
    browser.get(path_of(world.client()))
    answer = log_in(browser, back=f"/oauth_login.do?sysparm_login_url={quote(back)}")
    assert answer.status == 302
    assert urlsplit(answer.location).netloc in {"", "localhost"}
    assert answer.location.startswith("/")
    assert not answer.location.startswith(("//", "/\\"))


@pytest.mark.attack("A42")
@pytest.mark.parametrize(
    ("login_url", "path"),
    [
        ("", "/oauth_login.do"),
        ("login_with_sso.do?glide_sso_id=abc", "/login_with_sso.do?glide_sso_id=abc"),
        ("/login_locate_sso.do", "/login_locate_sso.do"),
        ("//evil.example/login_with_sso.do", "/oauth_login.do"),
        ("https://evil.example", "/oauth_login.do"),
        ("login_with_sso.do\r\nX: 1", "/oauth_login.do"),
        ("javascript:alert(1)", "/oauth_login.do"),
    ],
)
def test_a42_login_url_of_an_entity_names_a_login_page_of_ours(login_url: str, path: str):
    """One of the three that the platform documents; anything else means the local login."""
    assert login_path(login_url) == path


@pytest.mark.attack("A43")
def test_a43_answers_to_forms_redirect_by_302(world: World):
    """Never 307: that would send the password on."""
    browser = world.stranger()
    page = browser.get(path_of(world.client()))
    answer = log_in(browser, back=page.location)
    consent = browser.get(answer.location)
    assert {page.status, answer.status, press(browser, consent).status} == {302}


@pytest.mark.attack("A44")
@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "https://a.example/#part", "http://["])
def test_a44_client_with_a_dangerous_redirect_url_is_not_made(world: World, url: str):
    """What could never be redirected to safely."""
    with pytest.raises(BadInput):
        make_client(world.instance, redirect_url=url, profile=world.profile)


@pytest.mark.attack("A44")
def test_a44_plain_http_to_another_machine_is_no_hardened_clients(world: World):
    """The code could be read on its way. A record written past that check is refused when it is used."""
    url = "http://app.example/cb"
    if world.hardened:
        with pytest.raises(BadInput):
            make_client(world.instance, redirect_url=url, profile="hardened")
    client = make_client(world.instance, redirect_url=url)
    assert is_page(shown(world, world.client(), client_id=client.client_id, redirect_uri=url)) == world.hardened

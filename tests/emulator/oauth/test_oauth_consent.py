"""The authorization endpoint: what is checked before a user is asked, what is asked, and what comes of the answer."""

from urllib.parse import parse_qs, urlsplit

import pytest
from oauth_flows import (
    CALLBACK,
    CHALLENGE,
    ClientBrowser,
    authorize_path,
    consent_page,
    log_in,
    make_client,
    make_user,
    press,
)
from oauth_records import set_property
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.oauth.policy import STATE_REQUIRED
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of


def update_client(instance, client_app, **values) -> None:
    part_of(instance, Gate).record("oauth_entity", Caller.system()).update(client_app.sys_id, values)


@pytest.mark.source("platform 1.1", "D")
def test_somebody_not_logged_in_is_led_through_the_login_and_back(browser, client_app):
    """To the login, and after it to the very same request."""
    path = authorize_path(client_app, state="a b&c=d/é")
    answer = browser.get(path)
    assert answer.status == 302
    assert urlsplit(answer.location).path == "/oauth_login.do"
    assert log_in(browser, back=answer.location).location == path


@pytest.mark.source("security-center names", "D")
def test_consent_page_asks_and_names_who_and_what(browser, client_app):
    """The application's name, your ServiceNow account, who is signed in, Allow, Deny and Not You."""
    page = consent_page(browser, authorize_path(client_app))
    for text in ("Security + Compliance Connector", "your ServiceNow account", "Ticket Integration"):
        assert text in page.text
    for label in (">Allow</button>", ">Deny</button>", ">Not You</a>"):
        assert label in page.text


@pytest.mark.source("platform 1.1", "C")
def test_consent_form_has_the_wire_fields(browser, client_app):
    """Two elements of one name; the second is Allow and its value is authorize."""
    page = consent_page(browser, authorize_path(client_app))
    actions = page.text.split('name="oauth_auth_check_action" value="')[1:]
    assert [each.partition('"')[0] for each in actions] == ["deny", "authorize"]
    assert page.hidden("sysparm_ck")


@pytest.mark.source("platform 1.1", "D")
def test_allow_redirects_with_a_code_and_the_state(browser, client_app):
    """86 URL-safe characters, and the state as it came."""
    answer = press(browser, consent_page(browser, authorize_path(client_app, state="a b&c=d/é<script>")))
    assert answer.status == 302
    assert answer.location.startswith(f"{CALLBACK}?")
    assert answer.query["state"] == "a b&c=d/é<script>"
    assert len(answer.query["code"]) == 86
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.attack("A40")
@pytest.mark.source("platform 1.1", "C")
def test_a40_deny_redirects_with_access_denied(browser, client_app):
    """No code; the error and the state."""
    answer = press(browser, consent_page(browser, authorize_path(client_app)), "deny")
    assert answer.status == 302
    assert answer.query == {"error": "access_denied", "state": "s-1"}


@pytest.mark.source("platform 1.1", "C")
def test_scripted_consent_without_our_field_works(browser, client_app):
    """Recorded scripts post sysparm_ck and the action alone: the session's only open request is meant."""
    page = consent_page(browser, authorize_path(client_app))
    data = {"sysparm_ck": page.hidden("sysparm_ck"), "oauth_auth_check_action": "authorize"}
    assert "code" in browser.post("/oauth_auth.do", data).query


def test_scripted_consent_with_two_open_requests_is_refused(instance, browser, client_app):
    """Which one was meant is not guessed."""
    consent_page(browser, authorize_path(client_app))
    page = consent_page(browser, authorize_path(make_client(instance, "Another")))
    data = {"sysparm_ck": page.hidden("sysparm_ck"), "oauth_auth_check_action": "authorize"}
    assert browser.post("/oauth_auth.do", data).status == 400


@pytest.mark.source("security-center names", "D")
def test_not_you_ends_the_session_and_leads_back_as_somebody_else(instance, browser, client_app):
    """The link in the corner: out, in as the other user, and the same question."""
    path = authorize_path(client_app)
    page = consent_page(browser, path, make_user_named(instance, "somebody.else"))
    link = page.text.partition('<a href="')[2].partition('"')[0].replace("&amp;", "&")
    answer = browser.get(link)
    assert urlsplit(answer.location).path == "/oauth_login.do"
    back = log_in(browser, "tickets", back=answer.location).location
    assert back == path
    assert "Ticket Integration" in browser.get(back).text


def make_user_named(instance, user_name: str) -> str:
    make_user(instance, user_name, name="Somebody Else")
    return user_name


@pytest.mark.attack("A01")
@pytest.mark.attack("A02")
@pytest.mark.source("platform 1.1", "C")
@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://evil.example/",
        f"{CALLBACK}/",
        CALLBACK.upper(),
        CALLBACK.replace("127.0.0.1", "localhost"),
        CALLBACK.replace("http:", "https:"),
        CALLBACK.replace("8090", "8091"),
        f"{CALLBACK}?more=1",
        f"{CALLBACK}#part",
        f"{CALLBACK}/..%2f",
        CALLBACK.replace("http://", "http://evil.example@"),
        CALLBACK.removesuffix("callback"),
        "javascript:alert(1)",
        'http://127.0.0.1:8090/"quoted\\',
        "http://127.0.0.1:8090/é",
        "http://[",
    ],
)
def test_a02_unregistered_redirect_uri_is_shown_and_not_followed(browser, client_app, redirect_uri):
    """A page says Invalid redirect_uri, logged in or not; nothing is sent there."""
    for _ in range(2):
        answer = browser.get(authorize_path(client_app, redirect_uri=redirect_uri))
        assert answer.status == 400
        assert "Location" not in answer.headers
        assert "Invalid redirect_uri" in answer.text
        log_in(browser)


@pytest.mark.source("platform 1.1", "I")
def test_absent_redirect_uri_means_the_first_registered_one(instance, browser, user):
    """Several URLs may be registered, parted by commas; each matches exactly."""
    two = make_client(instance, redirect_url=f"{CALLBACK}, https://second.example/cb")
    answer = press(browser, consent_page(browser, authorize_path(two, redirect_uri="")))
    assert answer.location.startswith(CALLBACK)
    second = press(browser, consent_page(browser, authorize_path(two, redirect_uri="https://second.example/cb")))
    assert second.location.startswith("https://second.example/cb?")


@pytest.mark.attack("A04")
@pytest.mark.parametrize("client_id", ["0" * 32, "x^ORactive=true", "é", "javascript:gs.getUserID()", "x" * 5000])
def test_a04_unknown_client_gets_a_page(browser, client_app, client_id):
    """No redirect for somebody we do not know."""
    answer = browser.get(authorize_path(client_app, client_id=client_id))
    assert answer.status == 400
    assert "Location" not in answer.headers


@pytest.mark.attack("A04")
def test_a04_disabled_client_gets_a_page(instance, browser, client_app):
    """Inactive is as good as unknown, also between the question and the answer."""
    page = consent_page(browser, authorize_path(client_app))
    update_client(instance, client_app, active=False)
    assert browser.get(authorize_path(client_app)).status == 400
    answer = press(browser, page)
    assert answer.status == 400
    assert "Location" not in answer.headers


@pytest.mark.attack("A05")
@pytest.mark.parametrize("name", ["response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge"])
def test_a05_parameter_sent_twice_is_refused(browser, client_app, name):
    """Two values of one parameter could be read by two readers as two requests."""
    path = authorize_path(client_app, scope="x", code_challenge=CHALLENGE, code_challenge_method="S256")
    value = parse_qs(urlsplit(path).query)[name][0]
    assert browser.get(f"{path}&{name}={value}").status == 400


@pytest.mark.attack("A06")
@pytest.mark.source("platform 1.1", "D")
@pytest.mark.parametrize("scope", ["unknown", "no database\0keeps it"])
def test_a06_superfluous_parameters_are_ignored(browser, client_app, scope):
    """Vendor examples send grant_type to the authorization endpoint as well."""
    path = authorize_path(client_app, grant_type="authorization_code", nonsense="1", scope=scope)
    assert "code" in press(browser, consent_page(browser, path)).query


@pytest.mark.attack("A07")
@pytest.mark.parametrize("response_type", ["", "token", "id_token", "code token", '"', "é"])
def test_a07_other_response_type_is_sent_back_as_an_error(browser, client_app, response_type):
    """Never a token in an address."""
    answer = browser.get(authorize_path(client_app, response_type=response_type))
    assert answer.status == 302
    assert answer.query == {"error": "unsupported_response_type", "state": "s-1"}


@pytest.mark.source("platform 1.1", "D")
@pytest.mark.parametrize("state", ["", " "])
def test_missing_state_is_refused_before_the_login_where_required(instance, browser, client_app, state):
    """The property decides: true on instances built on Madrid or later, absent before."""
    path = authorize_path(client_app, state=state)
    answer = browser.get(path)
    assert answer.status == 400
    assert "Missing State parameter in request." in answer.text
    set_property(instance, STATE_REQUIRED, "false")
    assert "state" not in press(browser, consent_page(browser, authorize_path(client_app, state=""))).query


@pytest.mark.attack("A38")
def test_a38_consent_without_its_token_or_from_elsewhere_is_refused(browser, client_app):
    """Nobody can press Allow for a user from another page."""
    page = consent_page(browser, authorize_path(client_app))
    assert press(browser, page, sysparm_ck="0" * 72).status == 403
    data = {"sysparm_ck": page.hidden("sysparm_ck"), "oauth_auth_check_action": "authorize"}
    assert browser.post("/oauth_auth.do", data, {"Sec-Fetch-Site": "cross-site"}).status == 403
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.attack("A39")
def test_a39_consent_is_for_what_was_shown(instance, browser, client_app):
    """Parameters posted beside the form change nothing; the same form counts once."""
    page = consent_page(browser, authorize_path(client_app))
    answer = press(browser, page, redirect_uri="https://evil.example/", state="other", client_id="0" * 32)
    assert answer.location.startswith(CALLBACK)
    assert answer.query["state"] == "s-1"
    assert press(browser, page).status == 400


@pytest.mark.attack("A39")
def test_a39_consent_after_the_logout_is_refused(browser, client_app):
    """The page of a session that is over decides nothing."""
    page = consent_page(browser, authorize_path(client_app))
    browser.get("/logout.do")
    assert press(browser, page).status == 403


@pytest.mark.attack("A39")
def test_a39_consent_of_another_session_is_refused(instance, client_app):
    """A request that was shown to somebody else is not mine to allow."""
    mine, other = ClientBrowser(instance.test_client()), ClientBrowser(instance.test_client())
    shown = consent_page(other, authorize_path(client_app))
    page = consent_page(mine, authorize_path(client_app))
    assert press(mine, page, sysparm_oauth_request=shown.hidden("sysparm_oauth_request")).status == 400


def test_consent_stays_open_for_ten_minutes(browser, client_app, clock):
    """A page left open over lunch asks again."""
    page = consent_page(browser, authorize_path(client_app))
    clock.advance(minutes=11)
    assert press(browser, page).status == 400


@pytest.mark.attack("C11")
def test_c11_form_action_allows_exactly_where_the_form_leads(browser, client_app):
    """Chromium applies form-action to the redirect behind the form."""
    policy = consent_page(browser, authorize_path(client_app)).headers["Content-Security-Policy"]
    assert "form-action 'self' http://127.0.0.1:8090" in policy
    assert "unsafe" not in policy


@pytest.mark.attack("A12")
@pytest.mark.parametrize("challenge", ["x" * 42, "x" * 129, "é" * 43, " " * 43])
def test_a12_bad_challenge_is_refused(browser, client_app, challenge):
    """43 to 128 characters of the alphabet."""
    path = authorize_path(client_app, code_challenge=challenge, code_challenge_method="S256")
    assert browser.get(path).status == 400


def test_client_name_is_text(instance, browser, user):
    """A name with markup in it is shown, not run."""
    evil = make_client(instance, "<script>alert(1)</script>")
    assert "<script>alert" not in consent_page(browser, authorize_path(evil)).text


@pytest.mark.source("platform 1.1", "C")
def test_web_service_only_user_cannot_come_this_far(instance, browser, client_app):
    """No interactive login, no consent."""
    make_user(instance, "machine", web_service_access_only=True)
    answer = log_in(browser, "machine", back=browser.get(authorize_path(client_app)).location)
    assert answer.status == 200
    assert "invalid" in answer.text


def test_public_client_must_send_a_challenge(instance, browser, user):
    """Without a secret, only PKCE ties the code to who asked for it."""
    public = make_client(instance, "Phone", public_client=True)
    assert browser.get(authorize_path(public)).status == 400
    path = authorize_path(public, code_challenge=CHALLENGE, code_challenge_method="S256")
    assert press(browser, consent_page(browser, path)).status == 302

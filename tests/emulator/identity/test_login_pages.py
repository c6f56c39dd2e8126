"""The login page and its session, as a browser sees them."""

import pytest
from oauth_flows import PASSWORD, ClientBrowser, log_in, make_user
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.identity.lockout import TRIES
from ticketlab.emulator.identity.sessions import COOKIE
from ticketlab.emulator.identity.users import Users
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of


@pytest.fixture
def user(instance):
    return make_user(instance)


def cookie(browser: ClientBrowser) -> str:
    found = browser.client.get_cookie(COOKIE)
    return found.value if found else ""


def is_in(browser: ClientBrowser) -> bool:
    return browser.get("/welcome.do").location == "/"


@pytest.mark.source("platform 1.2", "C")
def test_login_page_has_the_wire_fields(browser):
    """Clients fill in the page by these ids and names."""
    page = browser.get("/login.do")
    assert page.status == 200
    assert "Sign In | ServiceNow" in page.text
    for identifier in ("user_name", "user_password", "sysverb_login"):
        assert f'id="{identifier}"' in page.text
    assert page.hidden("sys_action") == "sysverb_login"
    assert page.hidden("sysparm_login_url") == "welcome.do"


@pytest.mark.source("platform 1.2", "C")
def test_login_redirects_and_the_next_page_says_so(browser, user):
    """Success is a 302; the page after it is logged in."""
    answer = log_in(browser)
    assert (answer.status, answer.location) == (302, "/welcome.do")
    assert browser.get("/welcome.do").headers["X-Is-Logged-In"] == "true"
    assert is_in(browser)


@pytest.mark.source("platform 1.2", "C")
def test_scripted_login_with_all_recorded_fields_works(browser, user):
    """The form as real clients post it."""
    page = browser.get("/login.do")
    fields = {
        "sysparm_ck": page.hidden("sysparm_ck"),
        "user_name": "tickets",
        "user_password": PASSWORD,
        "ni.nolog.user_password": "true",
        "ni.noecho.user_name": "true",
        "ni.noecho.user_password": "true",
        "language_select": "en",
        "screensize": "1920x1080",
        "sys_action": "sysverb_login",
        "not_important": "",
        "sysparm_login_url": "welcome.do",
    }
    assert browser.post("/login.do", fields).status == 302


@pytest.mark.source("platform 1.2", "C")
def test_wrong_password_stays_on_the_page(browser, user):
    """No redirect, the sentence, the name kept and the password not."""
    answer = log_in(browser, password="wrong <b>")
    assert answer.status == 200
    assert "User name or password invalid" in answer.text
    assert 'value="tickets"' in answer.text
    assert "wrong" not in answer.text
    assert not is_in(browser)


@pytest.mark.attack("A46")
def test_a46_unknown_user_reads_the_same_as_a_wrong_password(instance, user):
    """Nothing on the page tells whether a user exists."""
    pages = []
    for name in ("tickets", "nobodys"):
        answer = log_in(ClientBrowser(instance.test_client()), user_name=name, password="wrong")
        pages.append(answer.text.replace(name, "NAME").replace(answer.hidden("sysparm_ck"), "CK"))
    assert pages[0] == pages[1]


@pytest.mark.source("platform 1.2", "D")
def test_five_wrong_passwords_lock_the_user_out(instance, browser, user):
    """Script action SNC User Lockout Check: after five tries the right one does not help."""
    for _ in range(TRIES):
        log_in(browser, password="wrong")
    row = part_of(instance, Gate).record("sys_user", Caller.system()).get(user)
    assert (row.value("failed_attempts"), row.value("locked_out")) == ("5", "true")
    assert log_in(browser).status == 200
    assert not is_in(browser)


def test_success_clears_the_failed_attempts(instance, browser, user):
    """Four wrong tries and a right one count as none (SNC User Clear)."""
    for _ in range(TRIES - 1):
        log_in(browser, password="wrong")
    assert log_in(browser).status == 302
    row = part_of(instance, Gate).record("sys_user", Caller.system()).get(user)
    assert row.value("failed_attempts") == "0"
    assert row.value("last_login_time") != ""


@pytest.mark.source("platform 2.2", "D")
@pytest.mark.parametrize("values", [{"web_service_access_only": True}, {"active": False}, {"locked_out": True}])
def test_user_who_may_not_use_pages_cannot_log_in(instance, browser, values):
    """Web service access only, inactive, locked out: the same refusal."""
    make_user(instance, "kept.out", **values)
    answer = log_in(browser, "kept.out")
    assert answer.status == 200
    assert "User name or password invalid" in answer.text


@pytest.mark.attack("C05")
def test_c05_login_and_logout_change_the_session_and_its_token(browser, user):
    """A session id planted before the login is not the one after it."""
    before = browser.get("/login.do").hidden("sysparm_ck")
    planted = cookie(browser)
    log_in(browser)
    first = cookie(browser)
    token = browser.get("/login.do").hidden("sysparm_ck")
    assert first != planted
    assert token != before
    log_in(browser)
    assert cookie(browser) not in {planted, first}
    browser.get("/logout.do")
    assert not is_in(browser)
    assert browser.get("/login.do").hidden("sysparm_ck") != token


@pytest.mark.attack("C06")
def test_c06_logged_out_cookie_is_dead(instance, browser, user):
    """The session ends on the server, not only in the browser."""
    log_in(browser)
    kept = cookie(browser)
    browser.get("/logout.do")
    browser.client.set_cookie(COOKIE, kept)
    assert not is_in(browser)


@pytest.mark.attack("C06")
@pytest.mark.parametrize("values", [{"locked_out": True}, {"active": False}, {"web_service_access_only": True}])
def test_c06_locking_a_user_ends_the_sessions(instance, browser, user, values):
    """What keeps a user from logging in ends what the user is logged in to, with the next request."""
    log_in(browser)
    part_of(instance, Gate).record("sys_user", Caller.system()).update(user, values)
    assert not is_in(browser)


@pytest.mark.attack("C06")
def test_c06_changed_password_ends_the_sessions(instance, browser, user):
    """Whoever logged in with the old password is out."""
    log_in(browser)
    part_of(instance, Users).set_password(user, "another one")
    assert not is_in(browser)
    assert log_in(browser, password="another one").status == 302


@pytest.mark.attack("C07")
def test_c07_session_ends_with_its_lifetime_however_busy(browser, user, clock):
    """A session does not live for ever."""
    log_in(browser)
    for _ in range(35):
        clock.advance(minutes=20)
        assert is_in(browser)
    clock.advance(minutes=20)
    assert not is_in(browser)


@pytest.mark.attack("C07")
def test_c07_idle_session_ends_and_a_busy_one_does_not(instance, browser, user, clock):
    """glide.ui.session_timeout: 30 minutes as a new instance has it; the property moves it."""
    log_in(browser)
    for _ in range(3):
        clock.advance(minutes=29)
        assert is_in(browser)
    clock.advance(minutes=31)
    assert not is_in(browser)
    properties = part_of(instance, Gate).record("sys_properties", Caller.system())
    timeout = properties.find("name=glide.ui.session_timeout", ("sys_id",))
    properties.update(timeout.sys_id, {"value": "5"})
    log_in(browser)
    clock.advance(minutes=6)
    assert not is_in(browser)


def test_form_posted_after_the_session_leads_back_to_its_own_address(browser, user):
    """Whoever logs in again stands before the form, not at the homepage."""
    answer = browser.post("/incident.do?sys_id=-1", {"incident.short_description": "lost"})
    assert answer.query["sysparm_login_url"] == "incident.do?sys_id=-1"
    assert log_in(browser, back=answer.location).location == "/incident.do?sys_id=-1"


@pytest.mark.attack("C08")
def test_c08_session_cookie_is_out_of_reach(browser, user):
    """HttpOnly, SameSite=Lax, Path=/; no Secure over http, where browsers would drop it."""
    header = log_in(browser).headers["Set-Cookie"]
    assert header.startswith(f"{COOKIE}=")
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Path=/" in header
    assert "Secure" not in header


@pytest.mark.attack("C08")
@pytest.mark.parametrize("value", ["x", "x.y", "." * 4000, "A" * 4000, "%00", "é"])
def test_c08_foreign_cookie_is_nobody(browser, value):
    """Forged, oversize and foreign cookies are anonymous, never an error."""
    browser.client.set_cookie(COOKIE, value)
    assert not is_in(browser)
    assert browser.get("/login.do").status == 200


@pytest.mark.attack("C01")
@pytest.mark.parametrize("given", ["", "0" * 72, "other session's"])
def test_c01_login_without_its_token_is_refused(instance, browser, user, given):
    """A form that our page did not send logs nobody in (login CSRF)."""
    if given.startswith("other"):
        given = ClientBrowser(instance.test_client()).get("/login.do").hidden("sysparm_ck")
    browser.get("/login.do")
    answer = browser.post("/login.do", {"sysparm_ck": given, "user_name": "tickets", "user_password": PASSWORD})
    assert answer.status == 403
    assert not is_in(browser)


@pytest.mark.attack("C02")
def test_c02_form_of_another_site_is_refused(browser, user):
    """What the browser says about the sender decides."""
    page = browser.get("/login.do")
    fields = {"sysparm_ck": page.hidden("sysparm_ck"), "user_name": "tickets", "user_password": PASSWORD}
    assert browser.post("/login.do", fields, {"Sec-Fetch-Site": "cross-site"}).status == 403
    assert browser.post("/login.do", fields, {"Origin": "https://evil.example"}).status == 403
    assert browser.post("/login.do", fields, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}).status == 302


@pytest.mark.attack("A42")
def test_a42_login_leads_to_own_pages_alone(browser, user):
    """Neither the address nor the form can send a user elsewhere after the login."""
    page = browser.get("/login.do?sysparm_login_url=https://evil.example/")
    assert page.hidden("sysparm_login_url") == "welcome.do"
    fields = {"sysparm_ck": page.hidden("sysparm_ck"), "user_name": "tickets", "user_password": PASSWORD}
    assert browser.post("/login.do", {**fields, "sysparm_login_url": "//evil.example"}).location == "/welcome.do"


def test_name_that_is_a_query_is_nobody(browser, user):
    """A user name cannot become an encoded query of its own."""
    for name in ("x^ORuser_name=tickets", "javascript:gs.getUserName()", "tickets^", "", "x" * 10_000):
        assert log_in(browser, name).status == 200
    assert not is_in(browser)


def test_name_is_found_in_any_case(browser, user):
    """User IDs are not case sensitive."""
    assert log_in(browser, "TICKETS").status == 302


def test_script_in_the_name_is_text(browser):
    """What was typed comes back as text."""
    answer = log_in(browser, '"><script>alert(1)</script>', "x")
    assert "<script>alert" not in answer.text

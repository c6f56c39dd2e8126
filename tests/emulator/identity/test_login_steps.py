"""What stands between a password and the instance: lockout, a new password, a second factor, the side door."""

import base64

import pytest
from identity_steps import basic, is_in, records, switch
from oauth_flows import PASSWORD, ClientBrowser, log_in, make_user
from ticketlab.emulator.identity.lockout import AUTO_UNLOCK, CHECK, TRIES
from ticketlab.emulator.identity.second_factor import SecondFactor, code_at
from ticketlab.shared.web.parts import part_of

NEW = "a wholly new one"


def api_status(browser: ClientBrowser, name: str) -> int:
    return browser.get("/api/now/table/sys_user?sysparm_limit=1", basic(name)).status


def next_step(browser: ClientBrowser, page, path: str, **fields: str):
    hidden = {name: page.hidden(name) for name in ("sysparm_ck", "sysparm_pending", "sysparm_login_url")}
    return browser.post(path, {**hidden, **fields})


@pytest.mark.source("platform 1.2", "D")
def test_failed_login_leaves_an_event(instance, browser):
    """login.failed, with the name and the address; for a name that nobody has as well."""
    make_user(instance)
    for name in ("tickets", "nobody"):
        log_in(browser, name, "wrong")
    events = records(instance, "sysevent").query("name=login.failed", fields=("parm1", "parm2")).rows
    assert {(row.value("parm1"), row.value("parm2")) for row in events} == {
        ("tickets", "127.0.0.1"),
        ("nobody", "127.0.0.1"),
    }


@pytest.mark.source("platform 1.2", "D")
def test_lock_with_auto_unlock_ends_after_its_minutes(instance, browser, clock):
    """The script action with Auto Unlock opens after glide.user.unlock_timeout_in_mins; the plain one never."""
    make_user(instance)
    switch(instance, "sysevent_script_action", f"name={CHECK}", active=False)
    switch(instance, "sysevent_script_action", f"name={AUTO_UNLOCK}", active=True)
    for _ in range(TRIES):
        log_in(browser, password="wrong")
    clock.advance(minutes=14)
    assert log_in(browser).status == 200
    clock.advance(minutes=2)
    assert log_in(browser).status == 302


@pytest.mark.source("platform 1.2", "D")
def test_lock_without_auto_unlock_waits_for_an_administrator(instance, browser, clock):
    """Unticking Locked out also clears the count, so that one more wrong try does not lock again."""
    user = make_user(instance)
    for _ in range(TRIES):
        log_in(browser, password="wrong")
    clock.advance(days=30)
    assert log_in(browser).status == 200
    records(instance, "sys_user").update(user, {"locked_out": False})
    log_in(browser, password="wrong")
    assert log_in(browser).status == 302


def test_nobody_is_locked_out_when_no_script_action_is_on(instance, browser):
    make_user(instance)
    switch(instance, "sysevent_script_action", f"name={CHECK}", active=False)
    for _ in range(TRIES + 2):
        log_in(browser, password="wrong")
    assert log_in(browser).status == 302


@pytest.mark.source("platform 1.2", "D")
def test_side_door_is_no_page_for_who_is_logged_in(instance, browser):
    make_user(instance)
    assert browser.get("/side_door.do").status == 200
    log_in(browser)
    assert browser.get("/side_door.do").status == 404


@pytest.mark.source("platform 1.2", "D")
def test_password_that_needs_a_reset_is_changed_before_anything_opens(instance, browser):
    """The login asks for a new one; until it is given there is no session."""
    user = make_user(instance)
    records(instance, "sys_user").update(user, {"password_needs_reset": True})
    page = log_in(browser)
    assert "Choose a new password" in page.text
    assert not is_in(browser)
    for new, again in (("short", "short"), (NEW, "another one"), (PASSWORD, PASSWORD), ("x" * 2000, "x" * 2000)):
        page = next_step(browser, page, "/change_password.do", new_password=new, confirm_password=again)
        assert 'role="alert"' in page.text
        assert not is_in(browser)
    answer = next_step(browser, page, "/change_password.do", new_password=NEW, confirm_password=NEW)
    assert answer.status == 302
    assert is_in(browser)
    assert log_in(ClientBrowser(instance.test_client()), password=NEW).status == 302


@pytest.mark.source("platform 1.2", "D")
def test_api_asks_for_the_reset_only_when_the_property_does(instance, browser):
    user = make_user(instance, "machine")
    records(instance, "sys_user").update(user, {"password_needs_reset": True})
    assert api_status(browser, "machine") == 200
    switch(instance, "sys_properties", "name=glide.authenticate.api.user.reset_password.mandatory", value="true")
    assert api_status(browser, "machine") == 401


@pytest.mark.source("platform 2.2", "D")
def test_internal_integration_user_is_like_any_other_here(instance, browser):
    """The flag exempts from WS-Security only, which SOAP alone has."""
    make_user(instance, "integration", internal_integration_user=True)
    assert log_in(browser, "integration").status == 302
    assert api_status(browser, "integration") == 200


def code_of(secret, clock):
    """What an authenticator app shows."""
    return code_at(base64.b32decode(secret), int(clock.now().timestamp()) // 30)


def test_second_factor_is_asked_for_shown_once_and_taken_once(instance, browser, clock):
    """The first login shows the key; a code opens once; the next login asks without showing the key."""
    user = make_user(instance, enable_multifactor_authn=True)
    factor = part_of(instance, SecondFactor)
    page = log_in(browser)
    assert factor.secret(user) == page.text.partition('id="setup_key">')[2].partition("<")[0].replace(" ", "")
    assert not is_in(browser)
    code = code_of(factor.secret(user), clock)
    assert next_step(browser, page, "/validate_multifactor_auth_code.do", code=code).status == 302
    assert is_in(browser)
    other = ClientBrowser(instance.test_client())
    page = log_in(other)
    assert "setup_key" not in page.text
    assert next_step(other, page, "/validate_multifactor_auth_code.do", code=code).status == 200
    assert not is_in(other)
    clock.advance(seconds=31)
    code = code_of(factor.secret(user), clock)
    assert next_step(other, page, "/validate_multifactor_auth_code.do", code=f"{code[:3]} {code[3:]}").status == 302


def test_wrong_codes_lock_the_user_out(instance, browser):
    user = make_user(instance, enable_multifactor_authn=True)
    page = log_in(browser)
    for code in ("", "12345", "é", "x" * 9999, "000000 "):
        page = next_step(browser, page, "/validate_multifactor_auth_code.do", code=code)
        if "sysparm_pending" not in page.text:
            break
    assert records(instance, "sys_user").get(user).value("locked_out") == "true"


def test_pending_login_opens_in_its_own_browser_and_step_alone(instance, browser, clock):
    """Neither another browser, nor the other step, nor five minutes later."""
    make_user(instance, enable_multifactor_authn=True)
    page = log_in(browser)
    answer = next_step(browser, page, "/change_password.do", new_password=NEW, confirm_password=NEW)
    assert answer.location.startswith("/login.do")
    other = ClientBrowser(instance.test_client())
    stolen = {"sysparm_pending": page.hidden("sysparm_pending"), "sysparm_login_url": "home.do", "code": "1"}
    own = other.get("/login.do").hidden("sysparm_ck")
    answer = other.post("/validate_multifactor_auth_code.do", {**stolen, "sysparm_ck": own})
    assert answer.location.startswith("/login.do")
    clock.advance(minutes=6)
    assert next_step(browser, page, "/validate_multifactor_auth_code.do", code="1").status == 302
    assert not is_in(browser)


@pytest.mark.source("platform documentation", "D")
def test_basic_is_refused_to_who_needs_a_second_factor(instance, browser):
    """A header says that the code is what is missing, but only to who has the password."""
    make_user(instance, "two.factors", enable_multifactor_authn=True)
    assert api_status(browser, "two.factors") == 401
    for password, header in ((PASSWORD, "invalid"), ("wrong", None)):
        answer = instance.test_client().get("/api/now/table/incident", auth=("two.factors", password))
        assert (answer.status_code, answer.headers.get("X-MFA_TOKEN")) == (401, header)


def test_codes_are_those_of_the_standard():
    """RFC 6238, appendix B, cut to six digits."""
    for moment, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert code_at(b"12345678901234567890", moment // 30) == code

"""API keys, the restriction of Basic, the command-line tool's login, and impersonation."""

import json

import pytest
from identity_steps import basic, is_in, records, switch
from oauth_flows import PASSWORD, log_in, make_client, make_user
from oauth_records import set_property
from sqlalchemy import func, select
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.identity.keys import InstanceKey
from ticketlab.emulator.identity.sessions import Sessions, UserSession
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

ME = "/api/now/table/sys_user?sysparm_query=sys_id=javascript:gs.getUserID()&sysparm_fields=user_name"
KEY = "a-key-of-some-length"


def give_key(instance, user: str) -> str:
    rows = records(instance, "api_key")
    made = rows.insert({"name": "Key", "user": user})
    rows.update(made.sys_id, {"token": part_of(instance, InstanceKey).seal(KEY, "api_key", made.sys_id, "token")})
    return made.sys_id


def log_in_as_admin(browser) -> None:
    assert log_in(browser, "admin", "admin").status == 302


@pytest.mark.source("rest 10", "C")
def test_api_key_names_its_user(instance, browser):
    give_key(instance, make_user(instance))
    assert '"user_name":"tickets"' in browser.get(ME, {"x-sn-apikey": KEY}).text


@pytest.mark.source("rest 10", "C")
def test_the_header_of_a_key_is_the_one_a_profile_names(instance, browser):
    """Some clients are told another name than the platform's."""
    give_key(instance, make_user(instance))
    assert browser.get(ME, {"X-ServiceNow-API-Key": KEY}).status == 401
    profile = {"name": "Other", "type": "api_key", "auth_parameter": "X-ServiceNow-API-Key", "active": True}
    records(instance, "inbound_auth_profile").insert(profile)
    assert '"user_name":"tickets"' in browser.get(ME, {"X-ServiceNow-API-Key": KEY}).text
    assert browser.get(ME, {"X-ServiceNow-API-Key": KEY + "x"}).status == 401


@pytest.mark.parametrize("given", ["", "x", "é", "x" * 9000])
def test_wrong_api_key_is_nobody(instance, browser, given):
    give_key(instance, make_user(instance))
    assert browser.get(ME, {"x-sn-apikey": given}).status == 401


def test_api_key_dies_with_its_record_its_user_and_the_profile(instance, browser):
    """Switched off in any of the three, it opens nothing with the next request."""
    user = make_user(instance)
    key = give_key(instance, user)
    for table, query, off in (
        ("api_key", f"sys_id={key}", {"active": False}),
        ("sys_user", f"sys_id={user}", {"locked_out": True}),
        ("inbound_auth_profile", "name=API Key", {"active": False}),
    ):
        assert browser.get(ME, {"x-sn-apikey": KEY}).status == 200
        switch(instance, table, query, **off)
        assert browser.get(ME, {"x-sn-apikey": KEY}).status == 401
        switch(instance, table, query, **{name: not value for name, value in off.items()})


def test_key_written_as_plain_text_never_matches(instance, browser):
    """As every password2 field that a client writes (platform 2.1, C)."""
    records(instance, "api_key").insert({"name": "Key", "user": make_user(instance), "token": KEY})
    assert browser.get(ME, {"x-sn-apikey": KEY}).status == 401


@pytest.mark.source("platform 2.2", "C")
def test_basic_can_be_kept_for_one_role(instance, browser):
    """Since 2026: even an administrator without the role is refused, in these words."""
    rows = records(instance, "sys_properties")
    rows.insert({"name": "glide.authenticate.basic_auth.restriction.enforce", "value": "true"})
    answer = browser.get(ME, basic("admin", "admin"))
    assert answer.status == 401
    assert "User is not authenticated" in answer.text
    user = make_user(instance, "machine")
    role = records(instance, "sys_user_role").find("name=snc_basic_auth_api_access", ("sys_id",))
    records(instance, "sys_user_has_role").insert({"user": user, "role": role.sys_id, "state": "active"})
    assert browser.get(ME, basic("machine")).status == 200


@pytest.mark.source("rest 10", "C")
def test_command_line_tool_logs_in_and_is_told_its_token(instance, browser):
    make_user(instance)
    fields = {"sysparm_type": "login", "user_name": "tickets", "user_password": PASSWORD}
    address = "/angular.do?sysparm_type=view_form.login"
    assert browser.post(address, {**fields, "user_password": "wrong"}).status == 401
    assert browser.post(address, fields).text.strip() == '{"status":"success"}'
    asked = browser.post("/angular.do?sysparm_type=get_user", {})
    assert asked.status == 401
    token = {"X-UserToken": asked.headers["X-UserToken-Response"]}
    assert browser.post("/angular.do?sysparm_type=get_user", {}, token).status == 200
    assert '"user_name":"tickets"' in browser.get(ME, token).text
    assert browser.get(ME).headers["X-UserToken-Response"] == token["X-UserToken"]


def bearer(instance, browser, user: str, **client) -> dict[str, str]:
    """The header of an access token that a client of this user's got for itself."""
    set_property(instance, "glide.oauth.inbound.client.credential.grant_type.enabled", "true")
    made = make_client(instance)
    records(instance, "oauth_entity").update(made.sys_id, {"user": user, **client})
    answer = browser.post("/oauth_token.do", {"grant_type": "client_credentials", **made.credentials})
    return {"Authorization": f"Bearer {json.loads(answer.text)['access_token']}"}


@pytest.mark.source("rest 10", "C")
def test_command_line_tool_turns_its_token_into_a_session(instance, browser):
    """It asks as a stranger, brings the cookie along with the token once, and is told the session's token then."""
    token = bearer(instance, browser, make_user(instance))
    stranger = browser.post("/angular.do?sysparm_type=get_user", {})
    assert (stranger.status, '"user_name":"guest"' in stranger.text) == (200, True)
    assert browser.get(ME).status == 401
    assert browser.get(ME, token).status == 200
    asked = browser.post("/angular.do?sysparm_type=get_user", {})
    assert asked.status == 401
    told = {"X-UserToken": asked.headers["X-UserToken-Response"]}
    assert '"user_name":"tickets"' in browser.get(ME, told).text


def test_a_batch_with_a_token_begins_one_session(instance, browser):
    """Its requests are sent by the token alone."""
    token = bearer(instance, browser, make_user(instance))
    as_a_stranger(browser)
    asked = [{"id": str(number), "method": "GET", "url": ME} for number in range(3)]
    answer = browser.client.post(
        "/api/now/batch", json={"batch_request_id": "1", "rest_requests": asked}, headers=token
    )
    assert [each["status_code"] for each in answer.json["serviced_requests"]] == [200] * 3
    assert _sessions(instance) == 1


def test_a_program_that_keeps_its_first_cookie_gets_one_session_however_often_it_asks(instance, browser):
    """Another user's token does not get that one, and a session that has ended is begun again."""
    token = bearer(instance, browser, make_user(instance))
    as_a_stranger(browser)
    first = browser.client.get_cookie("JSESSIONID").value
    given = set()
    for _ in range(3):
        browser.client.set_cookie("JSESSIONID", first)
        assert browser.get(ME, token).status == 200
        given.add(browser.client.get_cookie("JSESSIONID").value)
    assert len(given) == 1
    assert given != {first}
    assert _sessions(instance) == 1
    assert '"user_name":"tickets"' in browser.get(ME, _told(browser)).text
    browser.client.set_cookie("JSESSIONID", first)
    assert browser.get(ME, bearer(instance, browser, make_user(instance, user_name="other"))).status == 200
    assert browser.client.get_cookie("JSESSIONID").value not in given
    assert _sessions(instance) == 2
    part_of(instance, Sessions).end(*given)
    browser.client.set_cookie("JSESSIONID", first)
    assert browser.get(ME, token).status == 200
    assert _sessions(instance) == 2


def _told(browser) -> dict[str, str]:
    asked = browser.post("/angular.do?sysparm_type=get_user", {})
    return {"X-UserToken": asked.headers["X-UserToken-Response"]}


def _sessions(instance) -> int:
    with part_of(instance, Gate).store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(UserSession))


def without_asking(browser) -> None:
    """No ``get_user`` before: what any client does that keeps its cookies."""


def with_a_made_up_cookie(browser) -> None:
    browser.client.set_cookie("JSESSIONID", "start.0123456789abcdef")


def as_a_stranger(browser) -> None:
    browser.post("/angular.do?sysparm_type=get_user", {})


@pytest.mark.parametrize(
    ("before", "user", "client"),
    [
        (without_asking, {}, {}),
        (with_a_made_up_cookie, {}, {}),
        (as_a_stranger, {"web_service_access_only": True}, {}),
        (as_a_stranger, {"enable_multifactor_authn": True}, {}),
        (as_a_stranger, {}, {"profile": "hardened"}),
        (as_a_stranger, {}, {"enforce_token_restrictions": True}),
    ],
    ids=["no cookie", "made up", "web service only", "second factor", "hardened", "restricted"],
)
def test_a_token_becomes_no_session_unless_its_client_asked_and_it_opens_everything(
    instance, browser, before, user, client
):
    """Nobody who may not use the pages gets in by a token, nor one who has a second factor to give."""
    sys_id = make_user(instance, **user)
    records(instance, "sys_api_access_policy").insert({"rest_api": "/api/now/table", "active": True})
    token = bearer(instance, browser, sys_id, **client)
    before(browser)
    assert browser.get(ME, token).status == 200
    asked = browser.post("/angular.do?sysparm_type=get_user", {})
    assert '"user_name":"guest"' in asked.text
    assert sys_id not in asked.text


def test_admin_impersonates_and_comes_back(instance, browser):
    """Everything is done as the other user, with that user's rights; the log tells both."""
    make_user(instance)
    log_in_as_admin(browser)
    token = browser.get("/impersonate_dialog.do").hidden("sysparm_ck")
    assert browser.post("/impersonate_dialog.do", {"sysparm_ck": token, "user_name": "tickets"}).status == 303
    home = browser.get("/home.do")
    assert "impersonated by" in home.text
    assert "Impersonate User" not in home.text
    assert browser.get("/impersonate_dialog.do").status == 403
    token = home.hidden("sysparm_ck")
    assert '"user_name":"tickets"' in browser.get(ME, {"X-UserToken": token}).text
    assert browser.post("/impersonate_end.do", {"sysparm_ck": token}).status == 303
    assert "Impersonate User" in browser.get("/home.do").text
    log = records(instance, "syslog").query("source=Impersonation", fields=("message",)).rows
    assert {row.value("message") for row in log} == {
        "admin impersonated tickets",
        "admin stopped impersonating tickets",
    }


def test_impersonation_ends_with_the_administrator(instance, browser):
    """Locking the one who impersonates ends it, too."""
    make_user(instance)
    log_in_as_admin(browser)
    token = browser.get("/impersonate_dialog.do").hidden("sysparm_ck")
    browser.post("/impersonate_dialog.do", {"sysparm_ck": token, "user_name": "tickets"})
    assert is_in(browser)
    switch(instance, "sys_user", "user_name=admin", locked_out=True)
    assert not is_in(browser)


def test_nobody_else_impersonates(instance, browser):
    make_user(instance)
    log_in(browser)
    assert browser.get("/impersonate_dialog.do").status == 403
    token = browser.get("/home.do").text.partition("g_ck = '")[2].partition("'")[0]
    assert browser.post("/impersonate_dialog.do", {"sysparm_ck": token, "user_name": "admin"}).status == 403
    assert "Impersonate User" not in browser.get("/home.do").text


def test_name_follows_first_and_last_name(instance):
    """sys_user.name is computed when they are written, and kept when they are not."""
    users = records(instance, "sys_user")
    row = users.insert({"user_name": "ada", "first_name": "Ada", "last_name": "Byron"})
    assert row.value("name") == "Ada Byron"
    assert users.update(row.sys_id, {"last_name": "Lovelace"}).value("name") == "Ada Lovelace"
    assert users.update(row.sys_id, {"title": "Countess"}).value("name") == "Ada Lovelace"


@pytest.mark.source("platform 2.2", "D")
def test_administrator_cannot_lock_themselves_out(instance):
    admin = records(instance, "sys_user").find("user_name=admin", ("sys_id",)).sys_id
    caller = Caller(admin, "admin", frozenset({"admin"}))
    row = part_of(instance, Gate).record("sys_user", caller).update(admin, {"locked_out": True, "title": "Chief"})
    assert (row.value("locked_out"), row.value("title")) == ("false", "Chief")


def test_journal_entries_of_one_second_read_newest_first(instance):
    """The clock stands still, so nothing but their order tells them apart."""
    admin = records(instance, "sys_user").find("user_name=admin", ("sys_id",)).sys_id
    incidents = part_of(instance, Gate).record("incident", Caller(admin, "admin", frozenset({"admin"})))
    row = incidents.insert({"short_description": "Busy"})
    for number in range(12):
        incidents.update(row.sys_id, {"work_notes": f"note {number:02}"})
    shown = incidents.get(row.sys_id, displayed=True).display("work_notes")
    places = [shown.index(f"note {number:02}") for number in range(12)]
    assert places == sorted(places, reverse=True)

"""Who sent a request to an API: Basic, the session with its token, or nobody."""

import base64

import pytest
from flask import request
from identity_steps import switch
from oauth_flows import PASSWORD, log_in, make_user
from ticketlab.emulator.access.caller import Caller, Channel
from ticketlab.emulator.errors import NotAuthenticated
from ticketlab.emulator.identity.authenticators import Authenticators, UserTokenRefused
from ticketlab.emulator.identity.lockout import TRIES
from ticketlab.emulator.identity.sessions import COOKIE
from ticketlab.emulator.identity.users import RESET_MANDATORY
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of


@pytest.fixture
def user(instance):
    return make_user(instance)


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def caller_of(instance, headers=None, cookie: str = "") -> Caller:
    given = dict(headers or {})
    if cookie:
        given["Cookie"] = f"{COOKIE}={cookie}"
    with instance.test_request_context("/api/now/table/incident", headers=given):
        return part_of(instance, Authenticators).caller_of(request)


def test_basic_identifies_the_user_with_all_roles(instance):
    """The demo seed's admin, as the gate's caller on the REST channel."""
    caller = caller_of(instance, basic("admin", "admin"))
    assert (caller.user_name, caller.channel) == ("admin", Channel.REST)
    assert caller.is_admin


@pytest.mark.source("platform 2.2", "D")
def test_basic_lets_a_web_service_only_user_in(instance):
    """No pages, but the API."""
    make_user(instance, "machine", web_service_access_only=True)
    assert caller_of(instance, basic("machine", PASSWORD)).user_name == "machine"


@pytest.mark.parametrize("values", [{"active": False}, {"locked_out": True}])
def test_basic_refuses_an_unusable_user(instance, values):
    """Inactive and locked out are nobody."""
    make_user(instance, "kept.out", **values)
    with pytest.raises(NotAuthenticated):
        caller_of(instance, basic("kept.out", PASSWORD))


def test_basic_locks_out_like_the_page(instance, user):
    """Five wrong passwords over the API lock the user out as well."""
    for _ in range(TRIES):
        with pytest.raises(NotAuthenticated):
            caller_of(instance, basic("tickets", "wrong"))
    with pytest.raises(NotAuthenticated):
        caller_of(instance, basic("tickets", PASSWORD))


@pytest.mark.source("platform 1.2", "D")
def test_basic_refuses_a_password_that_needs_a_reset_where_that_is_mandatory(instance, user):
    """The property decides; without it the API goes on working."""
    gate = part_of(instance, Gate)
    gate.record("sys_user", Caller.system()).update(user, {"password_needs_reset": True})
    assert caller_of(instance, basic("tickets", PASSWORD)).user_name == "tickets"
    switch(instance, "sys_properties", f"name={RESET_MANDATORY}", value="true")
    with pytest.raises(NotAuthenticated):
        caller_of(instance, basic("tickets", PASSWORD))


@pytest.mark.source("platform 2.1", "C")
def test_password_written_as_a_record_does_not_work(instance, user):
    """The Table API stores the text as it is, so neither it nor the old one matches."""
    part_of(instance, Gate).record("sys_user", Caller.system()).update(user, {"user_password": "plain"})
    with pytest.raises(NotAuthenticated):
        caller_of(instance, basic("tickets", "plain"))


@pytest.mark.attack("A23")
@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic %%%",
        "Basic \xff\xfe",
        "Basic //79",
        "Basic bm9jb2xvbg==",
        "Basic " + "QTpB" * 25_000,
        "Basic Og==",
    ],
)
def test_a23_unreadable_basic_header_is_nobody(instance, header):
    """Not base64, not UTF-8, no colon, 100 KB, empty: 401, never 500."""
    with pytest.raises(NotAuthenticated):
        caller_of(instance, {"Authorization": header})


def test_a_request_without_credentials_is_nobodys(instance):
    with pytest.raises(NotAuthenticated):
        caller_of(instance)


def test_session_cookie_with_its_token_identifies(instance, browser, user):
    """A script of our own page sends the page's token along."""
    log_in(browser)
    cookie = browser.client.get_cookie(COOKIE).value
    token = browser.get("/login.do").hidden("sysparm_ck")
    assert caller_of(instance, {"X-UserToken": token}, cookie).user_name == "tickets"


@pytest.mark.source("platform 4.2", "C")
@pytest.mark.attack("C03")
def test_c03_session_cookie_alone_is_refused_and_told_the_token(instance, browser, user):
    """The refusal carries the right token, as recorded."""
    log_in(browser)
    cookie = browser.client.get_cookie(COOKIE).value
    token = browser.get("/login.do").hidden("sysparm_ck")
    for given in ({}, {"X-UserToken": "0" * 72}):
        with pytest.raises(UserTokenRefused) as refused:
            caller_of(instance, given, cookie)
        assert refused.value.user_token == token


def test_authorization_header_alone_identifies(instance, browser, user):
    """With a header that fails, a good cookie does not help."""
    log_in(browser)
    cookie = browser.client.get_cookie(COOKIE).value
    token = browser.get("/login.do").hidden("sysparm_ck")
    for header in ("Basic x", "Bearer x", "Digest x", "x"):
        with pytest.raises(NotAuthenticated):
            caller_of(instance, {"X-UserToken": token, "Authorization": header}, cookie)


def test_role_given_through_a_group_counts_at_the_next_request(instance, user):
    """Roles are resolved anew: given directly, by a group, and contained in others."""
    gate = part_of(instance, Gate)
    system = Caller.system()
    assert not caller_of(instance, basic("tickets", PASSWORD)).has_role("itil")
    group = gate.record("sys_user_group", system).insert({"name": "Ticket robots"})
    role = gate.record("sys_user_role", system).find("name=itil")
    gate.record("sys_group_has_role", system).insert({"group": group.sys_id, "role": role.sys_id})
    member = gate.record("sys_user_grmember", system).insert({"group": group.sys_id, "user": user})
    assert caller_of(instance, basic("tickets", PASSWORD)).has_role("itil")
    gate.record("sys_user_grmember", system).delete(member.sys_id)
    assert not caller_of(instance, basic("tickets", PASSWORD)).has_role("itil")

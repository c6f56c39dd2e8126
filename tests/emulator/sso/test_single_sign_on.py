"""Multi-Provider SSO: who is let in by the tenant's directory, and who is not."""

from urllib.parse import parse_qs, urlsplit

import pytest

from .conftest import INSTANCE, PASSWORD, TENANT, World

MAIL = "m365.integration@example.com"
UPN = "m365.integration@contoso.onmicrosoft.com"


@pytest.fixture
def provider(world: World) -> str:
    """Single sign-on on, matched by e-mail, with somebody known to both sides signed in to the directory."""
    world.instance_user("m365.integration", email=MAIL)
    world.directory_user("m365.integration", MAIL)
    world.browser.sign_in_to_tenant(UPN)
    return world.switch(match_field="email")


def start(provider: str, back: str = "") -> str:
    return f"/login_with_sso.do?glide_sso_id={provider}" + (f"&sysparm_login_url={back}" if back else "")


@pytest.mark.source("platform 1.2", "D")
def test_a_person_known_to_both_sides_is_logged_in_and_where_they_wanted(world: World, provider: str) -> None:
    page = world.browser.go(start(provider, "sys_user_list.do"))
    assert page.status == 200
    assert page.response.headers["X-Is-Logged-In"] == "true"
    assert page.response.request.path == "/sys_user_list.do"


@pytest.mark.source("platform 1.2", "D")
def test_the_cookie_remembers_the_provider_until_a_local_login(world: World, provider: str) -> None:
    world.browser.go(start(provider))
    world.browser.go("/logout.do")
    led = world.browser.open("/sys_user_list.do")
    assert led.location.startswith(f"/login_with_sso.do?glide_sso_id={provider}")
    page = world.browser.go("/login.do")
    form = {**page.form("user_name").values, "user_name": "admin", "user_password": "admin"}
    world.browser.at_instance.post("/login.do", data=form)
    world.browser.go("/logout.do")
    assert world.browser.open("/sys_user_list.do").location.startswith("/login.do")


@pytest.mark.source("platform 1.2", "C")
def test_the_redirect_property_leads_everybody_to_the_provider_and_login_do_stays(world: World) -> None:
    """Also with nobody signed in at the directory: its sign-in page comes up."""
    provider = world.switch(redirect=True)
    browser = world.new_browser()
    led = browser.open("/sys_user_list.do")
    assert led.location.startswith(f"/login_with_sso.do?glide_sso_id={provider}")
    assert "Sign in" in browser.go("/sys_user_list.do").text
    assert browser.open("/login.do").status_code == 200
    world.switch(redirect=False)
    assert browser.open("/sys_user_list.do").location.startswith("/login.do")


def test_matched_by_user_id_the_user_principal_name_is_looked_for(world: World) -> None:
    world.instance_user(UPN)
    world.directory_user("m365.integration", MAIL)
    world.browser.sign_in_to_tenant(UPN)
    page = world.browser.go(start(world.switch(match_field="user_name")))
    assert page.response.headers["X-Is-Logged-In"] == "true"


@pytest.mark.source("cases sso-blocks-login", "D")
@pytest.mark.parametrize(
    ("values", "cause"),
    [
        ({"email": "other@example.com"}, "No user has the email"),
        ({"active": "false"}, "inactive, locked out or for web services only"),
        ({"locked_out": "true"}, "inactive, locked out or for web services only"),
        ({"web_service_access_only": "true"}, "inactive, locked out or for web services only"),
    ],
)
def test_without_an_account_that_may_log_in_the_login_is_unsuccessful(
    world: World, values: dict[str, str], cause: str
) -> None:
    """The page reads alike for all causes and leads to the local login; the cause stands in the system log."""
    world.instance_user("m365.integration", **{"email": MAIL, **values})
    world.directory_user("m365.integration", MAIL)
    world.browser.sign_in_to_tenant(UPN)
    page = world.browser.go(start(world.switch(match_field="email"), "sys_user_list.do"))
    assert (page.status, page.alerts) == (403, ["Login unsuccessful"])
    assert "Single sign-on did not lead to a user of this instance who may log in." in page.text
    assert MAIL not in page.text
    assert dict(page.links)["Use local login"] == "/login.do?sysparm_login_url=sys_user_list.do"
    assert cause in world.causes()[0]


def test_two_users_of_one_e_mail_are_nobody(world: World, provider: str) -> None:
    world.instance_user("m365.twin", email=MAIL)
    assert world.browser.go(start(provider)).alerts == ["Login unsuccessful"]
    assert "More than one user" in world.causes()[0]


def test_another_account_may_be_chosen_after_an_unsuccessful_login(world: World, provider: str) -> None:
    """The directory asks again, though somebody is signed in there."""
    world.directory_user("stranger", "stranger@example.com")
    browser = world.new_browser()
    browser.sign_in_to_tenant("stranger@contoso.onmicrosoft.com")
    refused = browser.go(start(provider))
    page = browser.go(dict(refused.links)["Use another account"])
    form = page.form("upn")
    answer = browser.at_tenant.post("/signin", base_url=TENANT, data={**form.values, "upn": UPN, "password": PASSWORD})
    assert browser.go(TENANT + answer.location).response.headers["X-Is-Logged-In"] == "true"


@pytest.mark.source("platform 1.2", "D")
def test_the_login_page_leads_to_the_external_login_and_back(world: World, provider: str) -> None:
    page = world.browser.go("/login.do?sysparm_login_url=sys_user_list.do")
    located = world.browser.go(dict(page.links)["Use external login"])
    assert dict(located.links)["Use local login"] == "/login.do?sysparm_login_url=sys_user_list.do"
    assert f"form-action 'self' {TENANT}" in located.response.headers["Content-Security-Policy"]
    form = located.form("sysparm_user")
    for name in (MAIL, "nobody", "a^ORactive=true", "\x00"):
        answer = world.browser.at_instance.post("/login_locate_sso.do", data={**form.values, "sysparm_user": name})
        assert answer.location.startswith(f"{TENANT}/contoso/oauth2/v2.0/authorize"), name
    refused = world.browser.at_instance.post("/login_locate_sso.do", data={"sysparm_user": MAIL})
    assert refused.status_code == 403


def test_while_it_is_off_there_is_no_external_login(world: World) -> None:
    """As a new instance has it."""
    sys_id = world.switch(enabled=False, redirect=True)
    page = world.browser.go("/login.do")
    assert "Use external login" not in page.text
    assert world.browser.open("/sys_user_list.do").location.startswith("/login.do")
    assert world.browser.go(start(sys_id)).alerts == ["Login unsuccessful"]


def test_a_provider_that_does_not_answer_is_said_so_and_the_local_login_is_there(world: World, provider: str) -> None:
    world.wire.down = True
    page = world.browser.go(start(provider))
    assert (page.status, page.alerts) == (502, ["Login unsuccessful"])
    assert "could not be reached" in page.text
    assert "Use local login" in dict(page.links)


@pytest.mark.attack("A42")
@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_a42_the_way_back_is_a_page_of_this_instance(world: World, provider: str, back: str) -> None:
    page = world.browser.go(start(provider, back))
    assert page.response.request.host == urlsplit(INSTANCE).netloc
    assert page.status == 200


@pytest.mark.attack("B02")
def test_b02_the_answer_counts_once_and_in_the_browser_that_set_out(world: World, provider: str) -> None:
    """A foreign browser does not get in with it, nor does it use it up; a replay does not get in either."""
    off = world.browser.open(start(provider)).location
    back = world.browser.open(off).location
    assert back.startswith(f"{INSTANCE}/sso_callback.do?")
    foreign = world.new_browser().go(back)
    assert (foreign.status, foreign.alerts) == (400, ["Login unsuccessful"])
    assert world.browser.go(back).response.headers["X-Is-Logged-In"] == "true"
    assert world.browser.go(back).status == 400
    assert "The state is unknown, used, too old or another browser's" in world.causes()[0]


@pytest.mark.parametrize(
    "query", ["", "state=", "code=x", "state=é&code=x", "state=a&state=b&code=c", "error=x&state=y"]
)
@pytest.mark.attack("B01")
def test_b01_an_answer_nobody_asked_for_is_refused(world: World, provider: str, query: str) -> None:
    assert world.browser.go(f"/sso_callback.do?{query}").status == 400


@pytest.mark.attack("B03")
def test_b03_an_answer_that_comes_after_ten_minutes_is_refused(world: World, provider: str) -> None:
    back = world.browser.open(world.browser.open(start(provider)).location).location
    world.instance.test_client().post("/lab/clock", json={"advance": 601})
    assert world.browser.go(back).status == 400


@pytest.mark.attack("C05")
def test_c05_logging_in_changes_the_session_s_cookie(world: World, provider: str) -> None:
    """Also that of the pre-session which the way to the provider and back was bound to."""
    off = world.browser.open(start(provider)).location
    before = world.browser.at_instance.get_cookie("JSESSIONID")
    world.browser.go(off)
    after = world.browser.at_instance.get_cookie("JSESSIONID")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert (after.http_only, after.same_site) == (True, "Lax")


@pytest.mark.attack("B08")
@pytest.mark.parametrize("token", ["", "null", "[]", '"x"'])
def test_b08_an_answer_without_a_token_lets_nobody_in(world: World, provider: str, token: str) -> None:
    world.wire.change = lambda _claims, _header: token
    assert world.browser.go(start(provider)).alerts == ["Login unsuccessful"]


def test_what_is_sent_off_carries_a_new_state_nonce_and_challenge_each_time(world: World, provider: str) -> None:
    sent = [parse_qs(urlsplit(world.browser.open(start(provider)).location).query) for _each in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        assert sent[0][name] != sent[1][name]
    assert sent[0]["code_challenge_method"] == ["S256"]


def test_an_administrator_switches_it_in_the_records_alone(world: World) -> None:
    """What the lab's switch writes is a record and properties, which a form or the Table API writes as well."""
    client = world.instance.test_client()

    def write(table: str, query: str, values: dict[str, str]) -> None:
        path = f"/api/now/table/{table}"
        row = client.get(f"{path}?sysparm_query={query}", auth=("admin", "admin")).json["result"][0]
        assert client.patch(f"{path}/{row['sys_id']}", json=values, auth=("admin", "admin")).status_code == 200

    world.instance_user("m365.integration", email=MAIL)
    world.directory_user("m365.integration", MAIL)
    world.browser.sign_in_to_tenant(UPN)
    write("sys_properties", "name=glide.authenticate.multisso.enabled", {"value": "true"})
    named = {"active": "true", "user_claim": "email", "user_field": "email", "client_secret": "typed by hand"}
    write("sso_properties", "name=Azure Active Directory", named)
    assert "Use external login" in world.browser.go("/login.do").text
    provider = client.get("/api/now/table/sso_properties", auth=("admin", "admin")).json["result"][0]["sys_id"]
    assert world.browser.go(start(provider)).status == 502
    assert "invalid_client" in world.causes()[0]
    write("sso_properties", "name=Azure Active Directory", {"client_secret": "a secret both sides know"})
    assert world.browser.go(start(provider)).response.headers["X-Is-Logged-In"] == "true"


def test_the_secret_is_not_shown(world: World) -> None:
    rows = world.instance.test_client().get("/api/now/table/sso_properties", auth=("admin", "admin")).text
    assert "a secret both sides know" not in rows


def test_a_reset_keeps_what_this_start_was_told(world: World) -> None:
    world.switch(match_field="email")
    client = world.instance.test_client()
    assert client.post("/lab/reset", json={}).status_code == 200
    row = client.get("/api/now/table/sso_properties", auth=("admin", "admin")).json["result"][0]
    assert (row["active"], row["oidc_config_metadata_url"].startswith(TENANT)) == ("false", True)


@pytest.mark.parametrize(
    "asked",
    [{}, {"enabled": "yes"}, {"enabled": True, "match_field": "name"}, {"enabled": True, "more": 1}],
)
def test_the_lab_s_switch_takes_nothing_else(world: World, asked: dict[str, object]) -> None:
    assert world.instance.test_client().post("/lab/single-sign-on", json=asked).status_code == 400

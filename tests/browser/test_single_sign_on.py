"""Case sso-blocks-login: single sign-on stands between the connector and its integration user; both cures by hand."""

import pytest
from browser_steps import GLOBAL_ADMINISTRATOR, SECADMIN, TENANT_PASSWORD, Integration, Person
from patience import HANGING
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

NEW_USER = "m365.integration@contoso.onmicrosoft.com"
NEW_PASSWORD = "Brisk-Heron-77"
MAIL = "m365.integration@example.com"


@pytest.fixture
def made(person: Person, pair) -> Integration:
    """The checklist is done, and every login at the instance is redirected to the tenant's directory."""
    person.log_in_to_instance()
    made = person.run_checklist()
    person.open_instance("/logout.do")
    pair.lab(pair.emulator_url, "single-sign-on", {"enabled": True, "redirect": True, "match_field": "email"})
    return made


def sign_in(person: Person, user: str, password: str = TENANT_PASSWORD) -> None:
    person.page.goto(f"{person.tenant}/signin")
    enter_tenant_password(person, user, password)


def enter_tenant_password(person: Person, user: str, password: str) -> None:
    person.page.get_by_label("Email").fill(user)
    person.page.get_by_label("Password").fill(password)
    person.page.get_by_role("button", name="Sign in").click()


def sign_out(person: Person) -> None:
    person.page.goto(person.tenant)
    person.page.get_by_role("button", name="Sign out").click()
    expect(person.page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.source("cases sso-blocks-login", "D")
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"], indirect=True)
def test_whoever_has_no_account_chooses_not_you_and_logs_in_as_the_integration_user(person, made):
    """Cure A, from the error: the login is unsuccessful; Not You leads to the local login though all is redirected."""
    page = person.page
    sign_in(person, SECADMIN)
    person.provision(made)
    expect(page.get_by_role("alert")).to_have_text("Login unsuccessful")
    person.allow_as(made)
    person.both_sides_say_connected(made.user)


@pytest.mark.source("cases sso-blocks-login", "D")
def test_whoever_has_another_account_chooses_not_you_and_logs_in_as_the_integration_user(person, made):
    """Cure A, from the wrong user: single sign-on has let the administrator in as herself."""
    page = person.page
    person.page.goto(f"{person.instance}/login.do")
    person.enter_instance_password("admin", "admin")
    page.goto(f"{person.instance}/sys_user.do?sys_id=-1")
    page.get_by_label("User ID").fill("sasha.ouellet")
    page.get_by_label("First name").fill("Sasha")
    page.get_by_label("Last name").fill("Ouellet")
    page.get_by_label("Email").fill("secadmin@contoso.com")
    page.get_by_role("button", name="Submit").first.click()
    person.open_instance("/logout.do")
    sign_in(person, SECADMIN)
    person.provision(made)
    expect(page.get_by_role("heading", level=1)).to_contain_text(made.entity)
    expect(page.locator("body")).to_contain_text("sasha.ouellet")
    person.allow_as(made)
    person.both_sides_say_connected(made.user)


@pytest.mark.source("cases sso-blocks-login", "D")
def test_a_directory_user_with_the_integration_user_s_name_and_e_mail_connects_and_its_role_can_be_taken_away(
    person, made, pair
):
    """Cure B: the connection outlives the role."""
    page = person.page
    sign_in(person, GLOBAL_ADMINISTRATOR)
    page.get_by_role("link", name="Azure Active Directory").click()
    page.get_by_role("link", name="New user").click()
    page.get_by_label("Name", exact=True).fill("Microsoft 365 integration")
    page.get_by_label("User principal name").fill(NEW_USER)
    page.get_by_label("Email").fill(MAIL)
    page.get_by_label("Password").fill(NEW_PASSWORD)
    page.get_by_label("Security Administrator").check()
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("status")).to_contain_text("was created")
    sign_out(person)

    enter_tenant_password(person, NEW_USER, NEW_PASSWORD)
    person.provision(made)
    expect(page.get_by_role("heading", level=1)).to_contain_text(made.entity)
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("region", name="Connection status")).to_contain_text("Connected")
    expect(page.get_by_role("region", name="Connection status")).to_contain_text(made.user)
    sign_out(person)

    sign_in(person, GLOBAL_ADMINISTRATOR)
    page.get_by_role("link", name="Azure Active Directory").click()
    page.get_by_role("link", name="Microsoft 365 integration").click()
    page.get_by_label("Security Administrator").uncheck()
    page.get_by_role("button", name="Save roles").click()
    expect(page.get_by_role("status")).to_contain_text("The roles were saved.")
    sign_out(person)

    enter_tenant_password(person, NEW_USER, NEW_PASSWORD)
    assert page.goto(f"{person.tenant}/tickets/new").status == 403
    pair.advance(31 * 60)
    sign_out(person)
    sign_in(person, SECADMIN)
    person.both_sides_say_connected(made.user)
    page.goto(f"{person.tenant}/tickets/new")
    person.fill_ticket("The connection lives on without the role")
    assert person.send_ticket()


def test_nobody_signed_in_anywhere_is_led_through_both_sign_ins_to_the_page_they_wanted(person, made, pair):
    """From the instance to the directory and back, in one go; the login page's own links lead there as well."""
    page = person.page
    key = {"name": "x", "upn": NEW_USER, "mail": MAIL, "password": NEW_PASSWORD}
    create_directory_user(pair, key)
    person.open_instance("/sys_user_list.do")
    enter_tenant_password(person, NEW_USER, NEW_PASSWORD)
    expect(page).to_have_url(f"{person.instance}/sys_user_list.do")
    person.open_instance("/logout.do")
    page.get_by_role("link", name="Use external login").click()
    page.get_by_label("User ID or email").fill(MAIL)
    page.get_by_role("button", name="Submit").click()
    expect(page).to_have_url(f"{person.instance}/")


def create_directory_user(pair, given: dict[str, str]) -> None:
    import requests

    form = {"grant_type": "password", "username": GLOBAL_ADMINISTRATOR, "password": TENANT_PASSWORD}
    token = requests.post(f"{pair.connector_url}/contoso/oauth2/v2.0/token", data=form, timeout=HANGING).json()
    header = {"Authorization": f"Bearer {token['access_token']}"}
    assert requests.post(f"{pair.connector_url}/api/v1/users", json=given, headers=header, timeout=HANGING).ok

"""Attack C25, second half: every form of both apps is sent by a browser that runs no scripts, and does what it says."""

import base64
import time

import pytest
from browser_steps import CHECKLIST, GLOBAL_ADMINISTRATOR, Integration, Person
from flask import Flask
from playwright.sync_api import BrowserContext, Request, expect
from servers import RunningPair
from ticketlab.connector.testing import engine_of, make_tenant
from ticketlab.emulator.identity.second_factor import STEP_SECONDS, code_at
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.clients.apis import InstanceApi
from werkzeug.exceptions import HTTPException

pytestmark = [pytest.mark.browser, pytest.mark.long]

NO_FORMS = (
    "/api/",
    "/angular.do",  # these three are posted to by programs; on their pages stands the form of /login.do
    "/side_door.do",
    "/oauth_login.do",
    "/oauth_token.do",
    "/oauth_introspect.do",
    "/oauth_revoke.do",
    "/oauth_revoke_token.do",
    "/<tenant>/oauth2/",
)
FORMS_OF_THE_LAB = ("/lab/reset", "/lab/cases")
"""The rest of it reads JSON of programs."""

PERSON, PASSWORD, NEW_PASSWORD = "robin.example", "Personal-2020", "Personal-2021"


class Sent:
    """The forms that a browser has sent, as routes."""

    def __init__(self, context: BrowserContext) -> None:
        self._posts: list[str] = []
        context.on("requestfinished", self._hear)

    def _hear(self, request: Request) -> None:
        answer = request.response()
        if request.method == "POST" and answer is not None and answer.status < 400:
            self._posts.append(request.url)

    def missing(self, site: str, app: Flask) -> set[str]:
        """The routes that take a form and got none."""
        sent = {_rule_of(app, url.removeprefix(site)) for url in self._posts if url.startswith(site)}
        routes = {rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())}
        return {rule for rule in routes - sent if _takes_a_form(rule)}


def _takes_a_form(rule: str) -> bool:
    return rule.startswith(FORMS_OF_THE_LAB) if rule.startswith("/lab/") else not rule.startswith(NO_FORMS)


def _rule_of(app: Flask, address: str) -> str:
    try:
        return str(app.url_map.bind("").match(address.partition("?")[0], "POST", return_rule=True)[0].rule)
    except HTTPException:
        return ""


@pytest.fixture
def sent(context: BrowserContext) -> Sent:
    return Sent(context)


@pytest.mark.attack("C25")
@pytest.mark.parametrize("scripts", [False], ids=["without scripts"], indirect=True)
def test_c25_every_form_works_without_scripts(person: Person, pair: RunningPair, sent: Sent, tmp_path) -> None:
    """Whoever adds a form to either app finds it missing here."""
    log_in_in_every_way(person, pair)
    person.log_in_to_instance()
    made = person.run_checklist()
    act_as_others(person)
    keep_people(person)
    person.sign_in_to_tenant()
    connect_and_send(person, made)
    take_away(person)
    play_a_case(person.instance, person)
    play_a_case(person.tenant, person)

    instance, tenant = make_instance(tmp_path / "instance"), make_tenant(tmp_path)
    assert sent.missing(person.instance, instance) == set()
    assert sent.missing(person.tenant, tenant) == set()
    close(instance)
    engine_of(tenant).dispose()


def log_in_in_every_way(person: Person, pair: RunningPair) -> None:
    """Login pages, the code of the second factor, a new password, the organisation's page."""
    page = person.page
    pair.lab(pair.emulator_url, "users", {"user_name": PERSON, "password": PASSWORD, "roles": ["itil"]})
    records = InstanceApi(pair.emulator_url)
    user = records.row("sys_user", f"user_name={PERSON}")["sys_id"]
    records.update("sys_user", user, {"password_needs_reset": "true", "enable_multifactor_authn": "true"})
    person.log_in_to_instance(PERSON, PASSWORD)
    key = base64.b32decode(page.locator("#setup_key").inner_text().replace(" ", ""))
    page.get_by_label("6-digit code").fill(code_at(key, int(time.time()) // STEP_SECONDS))
    page.get_by_role("button", name="Verify").click()
    page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("New password, again").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.locator(".user-name")).to_have_text(PERSON)
    records.update("sys_user", user, {"enable_multifactor_authn": "false"})
    for path in ("/side_door.do", "/oauth_login.do"):
        person.open_instance("/logout.do")
        person.open_instance(path)
        person.enter_instance_password(PERSON, NEW_PASSWORD)
        person.open_instance("/home.do")
        expect(page.locator(".user-name")).to_have_text(PERSON)
    pair.lab(pair.emulator_url, "single-sign-on", {"enabled": True})
    person.open_instance("/logout.do")
    person.open_instance("/login_locate_sso.do")
    page.get_by_label("User ID or email").fill(PERSON)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    pair.lab(pair.emulator_url, "single-sign-on", {"enabled": False})


def act_as_others(person: Person) -> None:
    """Impersonation, elevation, search, a record made, changed and deleted."""
    page = person.page
    person.open_instance("/impersonate_dialog.do")
    page.get_by_label("User ID").fill(PERSON)
    page.get_by_role("button", name="Impersonate user").click()
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="End impersonation").click()
    person.open_instance("/elevate_role.do")
    page.get_by_role("checkbox", name="security_admin").check()
    page.get_by_role("button", name="OK").click()
    person.open_instance("/")
    page.get_by_label("Filter navigator").fill("registry")
    page.get_by_label("Filter navigator").press("Enter")
    expect(page.locator("main").get_by_role("link", name="Application Registry")).to_be_visible()
    person.submit_new("incident", {"Short description": "Made without scripts"})
    person.open_instance("/incident_list.do")
    person.search("Short description", "Made without scripts")
    page.locator("table.list tbody a").first.click()
    attach_and_remove_a_file(person)
    page.get_by_role("button", name="Delete").first.click()
    page.get_by_role("button", name="Delete").click()
    person.open_instance("/incident_list.do?sysparm_query=short_description=Made without scripts")
    expect(page.locator("table.list")).to_contain_text("No records to display")
    person.open_instance("/incident_list.do")
    page.get_by_role("combobox", name="Rows per page").select_option("50")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("link", name="Choose columns").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("table.list")).to_be_visible()


def attach_and_remove_a_file(person: Person) -> None:
    """On the form that is open."""
    page = person.page
    page.get_by_text("Attach files").click()
    page.get_by_label("Files", exact=True).set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"})
    page.get_by_role("button", name="Attach", exact=True).click()
    page.get_by_role("button", name="Delete a.txt").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Removed a file from:")).to_be_visible()


def keep_people(person: Person) -> None:
    """Azure Active Directory: somebody new, roles, password, blocked and allowed."""
    page = person.page
    person.sign_in_to_tenant(GLOBAL_ADMINISTRATOR)
    page.goto(f"{person.tenant}/azureActiveDirectory/users/new")
    page.get_by_label("Name", exact=True).fill("Robin Example")
    page.get_by_label("User principal name").fill("robin@contoso.onmicrosoft.com")
    page.get_by_label("Email").fill("robin@example.com")
    page.get_by_label("Password").fill("Brisk-Heron-77")
    page.get_by_role("button", name="Create").click()
    page.get_by_label("Security Reader").check()
    page.get_by_role("button", name="Save roles").click()
    expect(page.get_by_role("status")).to_contain_text("The roles were saved.")
    page.get_by_label("New password").fill("Brisk-Heron-78")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("status")).to_contain_text("The password was changed.")
    page.get_by_role("button", name="Block sign-in").click()
    expect(page.get_by_role("button", name="Allow sign-in")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()


def connect_and_send(person: Person, made: Integration) -> None:
    """Consent, a ticket, its states, a plan for an action; one ticket is refused, then sent again."""
    page = person.page
    person.provision(made)
    person.allow_as(made)
    page.goto(f"{person.tenant}/ticketProvisioning")
    page.get_by_role("button", name="Authorize").first.click()
    person.allow_as(made)
    page.goto(f"{person.tenant}/securescore/AdminMFAV2/manage")
    page.get_by_role("textbox", name="Notes").fill("Planned without scripts")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Planned without scripts")
    page.goto(f"{person.tenant}/ticketConfiguration")
    page.get_by_role("button", name="Save names").click()
    page.goto(f"{person.tenant}/tickets/new?kind=incident")
    person.fill_ticket("Sent without scripts")
    number = person.send_ticket()
    person.home()
    page.get_by_role("button", name="Refresh").first.click()
    expect(person.card("incident")).to_contain_text(number)
    retry_a_refused_ticket(person)
    page.goto(f"{person.tenant}/tickets?search=none")
    page.get_by_label("Search").fill("without scripts")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("main")).to_contain_text(number)


def retry_a_refused_ticket(person: Person) -> None:
    page, records = person.page, InstanceApi(person.instance)
    rule = {"name": "No incidents", "collection": "incident", "when": "before", "action_insert": "true"}
    rule |= {"active": "true", "abort_action": "true", "add_message": "true", "message": "Not now"}
    refusing = records.insert("sys_script", rule)["sys_id"]
    page.goto(f"{person.tenant}/tickets/new?kind=incident")
    person.fill_ticket("Refused at first, without scripts")
    page.get_by_role("button", name="Send to ServiceNow").click()
    expect(page.locator("#delivery")).to_contain_text("ServiceNow did not take this ticket.")
    records.update("sys_script", refusing, {"active": "false"})
    page.get_by_role("button", name="Retry now").click()
    expect(page.locator("#delivery strong.number")).to_be_visible()


def take_away(person: Person) -> None:
    """Tokens revoked on both lists, the connection removed from both pages, the app uninstalled and installed."""
    page = person.page
    person.log_in_to_instance()
    person.menu("System OAuth", "Manage Tokens")
    page.get_by_role("row", name="Refresh Token").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The token was revoked.")).to_be_visible()
    made = Integration("", "")
    page.goto(f"{person.tenant}/ticketProvisioning")
    page.get_by_role("button", name="Authorize").first.click()
    person.allow_as(made)
    person.log_in_to_instance(made.user, made.password)
    person.open_instance("/my_connected_apps.do")
    page.get_by_role("button", name="Revoke Access").click()
    expect(page.locator("main")).to_contain_text("No application is connected.")
    page.goto(f"{person.tenant}/ticketProvisioning")
    page.get_by_role("button", name="Remove connection").click()
    expect(page.get_by_role("region", name="Connection status")).to_contain_text("No ServiceNow instance is connected")
    provision_again(person)
    page.goto(f"{person.tenant}/ticketConfiguration")
    page.get_by_label("Yes, remove the current connection").check()
    page.get_by_role("button", name="Remove connection").click()
    expect(page.get_by_role("status")).to_contain_text("The connection to ServiceNow is removed.")

    person.log_in_to_instance()
    person.open_instance("/app_store_uninstall.do?scope=x_mioms_m365ticket")
    page.get_by_role("button", name="Uninstall").click()
    expect(page.get_by_text("The application was uninstalled.")).to_be_visible()
    page.get_by_label("HI user name").fill("hi.admin")
    page.get_by_label("HI password").fill("hi-demo")
    page.get_by_role("button", name="Install").click()
    expect(page.get_by_text("The application was installed.")).to_be_visible()


def provision_again(person: Person) -> None:
    """As the checklist shows it, and without consent."""
    page = person.page
    person.log_in_to_instance()
    person.open_instance(CHECKLIST)
    shown = [page.locator(f"#client_{name}").input_value() for name in ("id", "secret")]
    person.provision(Integration(*shown))
    page.get_by_role("button", name="Deny").click()


def play_a_case(site: str, person: Person) -> None:
    """The lab's own forms: a case from start to stop, the search for one, and the reset."""
    page = person.page
    page.goto(f"{site}/lab/cases")
    page.get_by_label("Paste an error message").fill("Security constraints prevent access to requested page")
    page.get_by_role("button", name="Find").click()
    page.locator(".fits").get_by_role("link", name="not-an-admin").click()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="See the symptom").click()
    expect(page.get_by_role("heading", name="The symptom appeared")).to_be_visible()
    page.get_by_role("button", name="Cure it").click()
    expect(page.get_by_role("heading", name="Cured")).to_be_visible()
    page.get_by_role("button", name="Stop and put both apps back").click()
    expect(page.get_by_role("status")).to_contain_text("The case is over.")
    page.goto(f"{site}/lab")
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_role("status")).to_contain_text("Everything has been reset to the seed.")
